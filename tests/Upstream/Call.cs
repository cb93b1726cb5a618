namespace SupplyApi.Upstream;

/// <summary>One request as the log shows it; the credential only as a digest.</summary>
internal sealed class Call(string method, string path, string? credential)
{
    private long bytes;

    internal string? Credential => credential;

    internal bool Finished { get; set; }

    internal bool Aborted { get; set; }

    /// <summary>We cut the line ourselves, so its end is no sign of the client leaving.</summary>
    internal bool CutByUs { get; set; }

    internal int Status { get; set; }

    internal void AddSent(int count) => Interlocked.Add(ref bytes, count);

    internal string ToJson() => Json.Fold(
        $$"""
        {"method":{{Json.Text(method)}},"path":{{Json.Text(path)}},"credential":{{Json.Text(credential)}},
        "status":{{Status}},"finished":{{Json.Bool(Finished)}},"client_aborted":{{Json.Bool(Aborted)}},
        "bytes_sent":{{Interlocked.Read(ref bytes)}}}
        """);
}
