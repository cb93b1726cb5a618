using System.Text;

namespace SupplyApi.Upstream;

/// <summary>Server-sent events, one flush each, or in the awkward pieces that a test orders.</summary>
internal sealed class EventStream(HttpContext http, Directives directives)
{
    private const int LengthToSplit = 12;
    private static readonly TimeSpan BetweenPieces = TimeSpan.FromMilliseconds(1);

    internal Task SendAsync(string text) => SendBytesAsync(Encoding.UTF8.GetBytes(text));

    internal async Task SendBytesAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!directives.Split || bytes.Length < LengthToSplit)
        {
            await http.SendAsync(bytes);
            return;
        }
        var start = 0;
        foreach (var end in Cuts(bytes.ToArray()))
        {
            if (end <= start) continue;
            await http.SendAsync(bytes[start..end]);
            await Task.Delay(BetweenPieces, http.RequestAborted);
            start = end;
        }
    }

    // Within "data:", before the last byte of the first long character, and between the two line ends.
    private static int[] Cuts(byte[] bytes)
    {
        var character = Array.FindIndex(bytes, one => one >= 0xC0);
        var tail = character < 0 ? bytes.Length / 2 : character + 1;
        while (character >= 0 && (bytes[tail + 1] & 0xC0) == 0x80)
            tail++;
        return [3, tail, Math.Max(tail, bytes.Length - 9), bytes.Length - 1, bytes.Length];
    }
}
