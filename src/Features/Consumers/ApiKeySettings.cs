namespace SupplyApi.Features.Consumers;

/// <summary>Where a call carries its API key, and what stands before the key there.</summary>
/// <param name="HeaderName">Null: any of the headers that the gateway's own keys come in.</param>
internal sealed record ApiKeySettings(string? HeaderName = null, string? Prefix = null)
{
    private const int PrefixMax = 32;
    private const string Authorization = "Authorization";
    private const string Bearer = "Bearer";

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Check(string field)
    {
        if (HeaderName is not null && HeaderNames.Check($"{field}.headerName", HeaderName) is { } invalid)
            return invalid;
        if (Prefix is null) return null;
        if (HeaderName is null) return Errors.Invalid($"{field}.prefix", $"{field}.prefix needs {field}.headerName.");
        return HeaderNames.IsToken(Prefix, PrefixMax)
            ? null
            : Errors.Invalid($"{field}.prefix",
                $"{field}.prefix must have 1 to {PrefixMax} letters, digits and characters of {HeaderNames.Others}");
    }

    /// <summary>Authorization is a scheme and what belongs to it (RFC 9110 §11.4); never a bare key.</summary>
    internal ApiKeySettings Settled() =>
        Prefix is null && Authorization.Equals(HeaderName, StringComparison.OrdinalIgnoreCase)
            ? this with { Prefix = Bearer }
            : this;
}
