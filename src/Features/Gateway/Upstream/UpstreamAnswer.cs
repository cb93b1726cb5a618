namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// What a provider says to one request. Left before its end, it ends the connection: the provider is to stop.
/// </summary>
internal sealed class UpstreamAnswer(UpstreamConnection connection, UpstreamConnections home) : IDisposable
{
    private UpstreamConnection? connection = connection;

    internal required int Status { get; init; }

    /// <summary>Printable ASCII; application/json where none was told that is.</summary>
    internal required string Type { get; init; }

    /// <summary>Of the body in bytes; -1 when it is not known before its end.</summary>
    internal required long Length { get; init; }
    internal required string? RetryAfter { get; init; }

    /// <summary>When the provider says it is; read only beside RetryAfter.</summary>
    internal required string? Date { get; init; }

    internal bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Bytes of the body; 0 at its end.</summary>
    /// <exception cref="IOException">It broke off, or the request's token was cancelled.</exception>
    internal ValueTask<int> ReadAsync(Memory<byte> into) => Connection.ReadAsync(into);

    /// <summary>Until something can be read, without holding memory for it.</summary>
    internal ValueTask WaitAsync() => Connection.WaitAsync();

    /// <summary>As much as there is room for, or all.</summary>
    internal async ValueTask<int> FillAsync(Memory<byte> into)
    {
        var length = 0;
        while (length < into.Length && await ReadAsync(into[length..]) is > 0 and var read) length += read;
        return length;
    }

    /// <summary>All that matters was read, and the end is near.</summary>
    internal bool MayEnd { get; set; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref connection, null) is not { } mine) return;
        if (mine.HasEnded) home.Rest(mine);
        else if (MayEnd) _ = home.RestAtEndAsync(mine);
        else mine.Close();
    }

    private UpstreamConnection Connection => connection ?? throw new IOException("The answer was left.");
}
