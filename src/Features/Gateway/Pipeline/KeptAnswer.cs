using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>An answer as the client was shown it, kept for whoever asks once more; too long a one is not.</summary>
internal sealed class KeptAnswer : IDisposable
{
    internal const int BytesMax = 1024 * 1024;
    private const int FirstBytes = 4 * 1024;

    private byte[] buffer = [];
    private int length;

    internal int Status { get; private set; }
    internal string ContentType { get; private set; } = "";
    internal bool Overflowed { get; private set; }
    internal ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    internal void Begin(int status, string contentType) => (Status, ContentType) = (status, contentType);

    internal void Add(ReadOnlySpan<byte> shown)
    {
        if (Overflowed) return;
        if (length + shown.Length > BytesMax)
        {
            Overflowed = true;
            Release();
            return;
        }

        if (length + shown.Length > buffer.Length)
            CallBuffers.Grow(ref buffer, Bytes.Span, Math.Max(FirstBytes, (length + shown.Length) * 2));
        shown.CopyTo(buffer.AsSpan(length));
        length += shown.Length;
    }

    /// <summary>Nothing of it counts: somebody else answers.</summary>
    internal void Clear() => length = 0;

    public void Dispose() => Release();

    private void Release()
    {
        CallBuffers.Return(buffer);
        (buffer, length) = ([], 0);
    }
}
