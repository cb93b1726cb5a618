using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>Reading an event stream a little.</summary>
internal static class Streams
{
    /// <summary>What had come when so many events were complete.</summary>
    internal static Task<string> ReadAsync(Stream stream, int events) =>
        ReadAsync(stream, text => text.Split("\n\n").Length > events);

    /// <summary>What had come when it was enough.</summary>
    internal static async Task<string> ReadAsync(Stream stream, Func<string, bool> isEnough)
    {
        var buffer = new byte[4096];
        using var seen = new MemoryStream();
        while (true)
        {
            var text = Encoding.UTF8.GetString(seen.ToArray()).ReplaceLineEndings("\n");
            if (isEnough(text)) return text;
            var read = await stream.ReadAsync(buffer);
            Assert.True(read > 0, $"The stream ended after {text}");
            seen.Write(buffer, 0, read);
        }
    }
}
