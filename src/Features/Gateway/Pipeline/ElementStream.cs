namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>A JSON array of objects as bytes, of which one element after the other arrives.</summary>
internal static class ElementStream
{
    /// <summary>The length of the first whole element with what precedes it, or 0 when more bytes are needed.</summary>
    internal static int NextEnd(ReadOnlySpan<byte> bytes)
    {
        var depth = 0;
        var isText = false;
        for (var at = 0; at < bytes.Length; at++)
        {
            switch (bytes[at])
            {
                case (byte)'\\' when isText:
                    at++; // Whatever it is, it does not end the text.
                    break;
                case (byte)'"':
                    isText = !isText;
                    break;
                case (byte)'{' when !isText:
                    depth++;
                    break;
                case (byte)'}' when !isText && --depth <= 0:
                    return at + 1;
            }
        }

        return 0;
    }

    /// <summary>The object itself; empty where there is only what stands between and after elements.</summary>
    internal static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> element) =>
        element.IndexOf((byte)'{') is >= 0 and var start ? element[start..] : [];
}
