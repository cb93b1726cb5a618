namespace SupplyApi.Features.Gateway.Pipeline;

/// <summary>
/// Server-sent events as bytes (WHATWG HTML §9.2): lines end in LF, CRLF or CR; an empty line ends an event.
/// </summary>
internal struct EventStream
{
    private int at;
    private int lineStart;

    /// <summary>How many bytes were looked at: each once, however often it is asked.</summary>
    internal long Scanned { get; private set; }

    /// <summary>
    /// The length of the first whole event with its empty line, or 0 when more bytes are needed: then ask again with
    /// the same ones and more behind them.
    /// </summary>
    internal int NextEnd(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var found = bytes[at..].IndexOfAny((byte)'\n', (byte)'\r');
            Scanned += found < 0 ? bytes.Length - at : found + 1;
            if (found < 0)
            {
                at = bytes.Length;
                return 0;
            }

            var end = at + found;
            var isEmpty = end == lineStart;
            if (bytes[end] == '\r')
            {
                // A CR at the very end may be half of a CRLF: the next bytes tell.
                at = end;
                if (end + 1 == bytes.Length) return 0;
                if (bytes[end + 1] == '\n') end++;
            }

            at = lineStart = end + 1;
            if (!isEmpty) continue;
            Restart();
            return end + 1;
        }
    }

    /// <summary>The next bytes are the first of an event.</summary>
    internal void Restart() => at = lineStart = 0;

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
