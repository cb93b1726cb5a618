using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// What came of an answer and was not shown yet: first what is kept back, then pieces that are not whole. An empty one
/// holds no memory.
/// </summary>
internal sealed class AnswerBuffer : IDisposable
{
    private const int BytesMin = 16 * 1024;

    private byte[] bytes = [];
    private int filled;

    internal int Length => filled;

    /// <summary>How much of the front waits until the bill is on the books.</summary>
    internal int Kept { get; set; }

    internal Span<byte> Span => bytes.AsSpan(0, filled);

    internal ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, filled);

    /// <summary>Room for more, at least so much.</summary>
    internal Memory<byte> Room(int least = 1)
    {
        if (bytes.Length - filled < least)
            CallBuffers.Grow(ref bytes, Span, Math.Max(BytesMin, Math.Max(bytes.Length * 2, filled + least)));
        return bytes.AsMemory(filled);
    }

    internal void Filled(int more) => filled += more;

    /// <summary>These are gone, or have become others; what follows moves up.</summary>
    internal void Replace(int from, int until, ReadOnlySpan<byte> by)
    {
        var rest = filled - until;
        Room(Math.Max(1, by.Length - (until - from)));
        bytes.AsSpan(until, rest).CopyTo(bytes.AsSpan(from + by.Length));
        by.CopyTo(bytes.AsSpan(from));
        filled = from + by.Length + rest;
    }

    /// <summary>The front was shown.</summary>
    internal void Shown(int length)
    {
        if (length == filled) Clear();
        else if (length > 0) Replace(0, length, []);
    }

    internal void Clear()
    {
        Dispose();
        Kept = 0;
    }

    public void Dispose()
    {
        CallBuffers.Return(bytes);
        (bytes, filled) = ([], 0);
    }
}
