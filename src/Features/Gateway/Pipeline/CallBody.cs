using System.Buffers;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// A request's body in a rented buffer. It goes back when nobody reads it any more: a provider may answer while the
/// body is still on its way.
/// </summary>
internal sealed class CallBody : IDisposable
{
    private const int FirstBytes = 2 * 1024;

    private byte[] buffer = CallBuffers.Rent(FirstBytes);
    private int length;
    private int readers = 1;

    internal ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    /// <param name="expected">The length that was announced; room for it is made once some of it has come.</param>
    internal void Add(ReadOnlySequence<byte> more, long expected)
    {
        var needed = length + (int)more.Length;
        if (needed > buffer.Length)
            CallBuffers.Grow(ref buffer, Bytes.Span, (int)Math.Max(needed, expected > 0 ? expected : needed * 2L));
        more.CopyTo(buffer.AsSpan(length));
        length = needed;
    }

    internal void Keep() => Interlocked.Increment(ref readers);

    public void Dispose()
    {
        if (Interlocked.Decrement(ref readers) == 0) CallBuffers.Return(buffer);
    }
}
