namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Server-sent events as bytes (WHATWG HTML §9.2): lines end in LF, CRLF or CR; an empty line ends an event.
/// </summary>
internal static class EventStream
{
    /// <summary>The length of the first whole event with its empty line, or 0 when more bytes are needed.</summary>
    internal static int NextEnd(ReadOnlySpan<byte> bytes)
    {
        var lineStart = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            if (bytes[at] is not ((byte)'\n' or (byte)'\r')) continue;

            var isEmpty = at == lineStart;
            if (bytes[at] == '\r')
            {
                // A CR at the very end may be half of a CRLF: the next bytes tell.
                if (at + 1 == bytes.Length) return 0;
                if (bytes[at + 1] == '\n') at++;
            }

            if (isEmpty) return at + 1;
            lineStart = at + 1;
        }

        return 0;
    }

    /// <summary>The values of the event's data lines.</summary>
    internal static Values ValuesOf(ReadOnlySpan<byte> oneEvent) => new(oneEvent);

    internal ref struct Values(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> rest = rest;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Values GetEnumerator() => this;

        public bool MoveNext()
        {
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
                var line = end < 0 ? rest : rest[..end];
                rest = end < 0 ? [] : rest[(end + 1)..];
                if (!line.StartsWith("data:"u8)) continue;

                var value = line["data:"u8.Length..];
                Current = value is [(byte)' ', ..] ? value[1..] : value;
                return true;
            }

            return false;
        }
    }
}
