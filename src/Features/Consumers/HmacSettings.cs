namespace SupplyApi.Features.Consumers;

/// <summary>How an app's signed requests are checked.</summary>
/// <param name="HeaderName">Where the signature is.</param>
/// <param name="TimestampTolerance">By how many seconds a request's time may differ from ours.</param>
internal sealed record HmacSettings(string HeaderName, string Algorithm, int TimestampTolerance)
{
    internal const string OnlyAlgorithm = "HMAC_SHA_256";

    internal static HmacSettings Usual { get; } = new("X-Signature", OnlyAlgorithm, 300);
}

/// <summary>The same as a caller sends it; what is not sent stays as it is, or as is usual.</summary>
internal sealed record HmacTerms(string? HeaderName = null, string? Algorithm = null, int? TimestampTolerance = null)
{
    internal const int ToleranceMax = 3600;

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Read(string field, HmacSettings? kept, out HmacSettings read)
    {
        var before = kept ?? HmacSettings.Usual;
        read = new HmacSettings(
            HeaderName ?? before.HeaderName, Algorithm ?? before.Algorithm,
            TimestampTolerance ?? before.TimestampTolerance);
        if (HeaderNames.Check($"{field}.headerName", read.HeaderName) is { } invalid) return invalid;
        if (read.Algorithm != HmacSettings.OnlyAlgorithm)
            return Errors.Invalid($"{field}.algorithm", $"{field}.algorithm must be {HmacSettings.OnlyAlgorithm}.");
        return read.TimestampTolerance is < 1 or > ToleranceMax
            ? Errors.Invalid($"{field}.timestampTolerance",
                $"{field}.timestampTolerance must be 1 to {ToleranceMax} seconds.")
            : null;
    }
}
