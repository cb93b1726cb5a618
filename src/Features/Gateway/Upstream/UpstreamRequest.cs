using System.Buffers.Text;
using System.Text;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// One HTTP/1.1 request (RFC 9112 §3): its head in a rented buffer, with the body behind it where that is small. What
/// is lent to it goes back when nobody sends it any more: a provider may answer while it is still on its way.
/// </summary>
internal sealed class UpstreamRequest : IDisposable
{
    private const int FirstBytes = 4 * 1024;
    private const int CopiedMax = 16 * 1024;

    private byte[] head = CallBuffers.Rent(FirstBytes);
    private int length;
    private OutgoingBody body;
    private int readers = 1;

    /// <param name="method">GET or POST.</param>
    internal UpstreamRequest(ReadOnlySpan<byte> method, UpstreamAddress to)
    {
        Origin = to.Origin;
        Add(method);
        Add(to.Target.Span);
    }

    internal UpstreamOrigin Origin { get; }

    /// <summary>False, and nothing is added: the value holds what cannot stand in a header (RFC 9110 §5.5).</summary>
    internal bool TryAdd(string name, string prefix, string value)
    {
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~')) return false;
        Add(name);
        Add(": "u8);
        Add(prefix);
        Add(value);
        Add("\r\n"u8);
        return true;
    }

    /// <param name="name">As it was added.</param>
    internal bool Has(string name)
    {
        Span<byte> line = stackalloc byte[128];
        "\r\n"u8.CopyTo(line);
        var end = 2 + Encoding.ASCII.GetBytes(name, line[2..]);
        line[end++] = (byte)':';
        return head.AsSpan(0, length).IndexOf(line[..end]) >= 0;
    }

    /// <summary>The head is whole, and there is no body.</summary>
    internal void End() => Add("\r\n"u8);

    /// <summary>The head is whole, and this is the body.</summary>
    internal void End(OutgoingBody json)
    {
        Add("Content-Type: application/json\r\nContent-Length: "u8);
        Utf8Formatter.TryFormat(json.Length, Room(20), out var digits);
        length += digits;
        Add("\r\n\r\n"u8);
        if (json.Length > CopiedMax)
        {
            body = json;
            body.Owner?.Keep();
            return;
        }

        json.CopyTo(Room((int)json.Length));
        length += (int)json.Length;
    }

    internal async ValueTask SendAsync(Stream stream)
    {
        Interlocked.Increment(ref readers);
        try
        {
            await stream.WriteAsync(head.AsMemory(0, length));
            if (body.Length == 0) return;
            for (var at = 0; at < OutgoingBody.Pieces; at++)
            {
                var piece = body.Piece(at);
                if (!piece.IsEmpty) await stream.WriteAsync(piece);
            }
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref readers) != 0) return;
        CallBuffers.Return(head);
        body.Owner?.Dispose();
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        length += bytes.Length;
    }

    private void Add(string ascii) => length += Encoding.ASCII.GetBytes(ascii, Room(ascii.Length));

    private Span<byte> Room(int least)
    {
        if (head.Length - length < least)
            CallBuffers.Grow(ref head, head.AsSpan(0, length), Math.Max(head.Length * 2, length + least));
        return head.AsSpan(length);
    }
}
