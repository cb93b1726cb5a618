using System.Buffers;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// The buffers of calls under way. The framework's shared pool keeps some dozens of each size: with hundreds of calls
/// at once most of theirs would be made anew, and cleared, every time.
/// </summary>
internal static class CallBuffers
{
    private const int BytesMax = 16 * 1024;
    private const int KeptOfASize = 2048;

    private static readonly ArrayPool<byte> Own = ArrayPool<byte>.Create(BytesMax, KeptOfASize);

    /// <summary>At least so many bytes, with anything in them.</summary>
    internal static byte[] Rent(int bytes) => PoolOf(bytes).Rent(bytes);

    /// <param name="buffer">An empty one belongs to nobody.</param>
    internal static void Return(byte[] buffer)
    {
        if (buffer.Length > 0) PoolOf(buffer.Length).Return(buffer);
    }

    /// <summary>Puts another in its place, of at least so many bytes; what is kept is at its front then.</summary>
    internal static void Grow(ref byte[] buffer, ReadOnlySpan<byte> kept, int bytes)
    {
        var larger = Rent(bytes);
        kept.CopyTo(larger);
        Return(buffer);
        buffer = larger;
    }

    // What is large is rare, and too much to keep.
    private static ArrayPool<byte> PoolOf(int bytes) => bytes <= BytesMax ? Own : ArrayPool<byte>.Shared;
}
