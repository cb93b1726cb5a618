using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>What an admin says of a channel; what is not sent stays as it is, or as is usual.</summary>
internal sealed record ChannelTerms(
    string? Name = null, string? Type = null, string? BaseUrl = null, string? ApiKey = null, int? Priority = null,
    int? Weight = null, int? MaxConcurrent = null, int? RateLimitRpm = null, bool? Enabled = null)
{
    private const int NameMax = 100;
    private const int ApiKeyMin = 8;
    private const int ApiKeyMax = 4096;
    private const int OrderMax = 10_000;
    private const int LimitMax = 1_000_000;

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Check(Providers providers)
    {
        if (Name is not null && !ChannelModelView.IsName(Name, NameMax))
            return Errors.Invalid("name", ChannelModelView.NameForm("name", NameMax));
        if (Type is not null && !providers.Contains(Type))
            return Errors.Invalid("type", $"type must be one of {string.Join(", ", providers.Names)}.");
        if (BaseUrl is { Length: > 0 } && !ChannelAddress.IsSafe(BaseUrl))
            return Errors.Invalid("base_url", "Unsafe or invalid base URL");
        if (ApiKey is not null
            && (ApiKey.Length is < ApiKeyMin or > ApiKeyMax || ApiKey.Any(static one => one is < '!' or > '~')))
            return Errors.Invalid("api_key",
                $"api_key must have {ApiKeyMin} to {ApiKeyMax} visible ASCII characters and no space.");

        return Range("priority", Priority, 0, OrderMax) ?? Range("weight", Weight, 1, OrderMax)
            ?? Range("max_concurrent", MaxConcurrent, 0, LimitMax)
            ?? Range("rate_limit_rpm", RateLimitRpm, 0, LimitMax);
    }

    private static Refusal? Range(string field, int? value, int min, int max) =>
        value < min || value > max ? Errors.Invalid(field, $"{field} must be {min} to {max}.") : null;
}
