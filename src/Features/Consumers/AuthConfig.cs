namespace SupplyApi.Features.Consumers;

/// <summary>
/// How credentials are presented and checked. A consumer keeps what its credentials have unless they say otherwise; a
/// credential has the one that is of its kind.
/// </summary>
internal sealed record AuthConfig(
    ApiKeySettings? ApiKey = null, HmacSettings? Hmac = null, JwtSettings? Jwt = null)
{
    internal static AuthConfig? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, KeptSettings.Default.AuthConfig);

    internal string ToJson() => JsonSerializer.Serialize(this, KeptSettings.Default.AuthConfig);
}

/// <summary>The same as a caller sends it.</summary>
internal sealed record AuthConfigTerms(ApiKeySettings? ApiKey = null, HmacTerms? Hmac = null, JwtTerms? Jwt = null)
{
    /// <summary>Null when all is good; else what is wrong, naming the field.</summary>
    /// <param name="under">Where the caller wrote it: empty, or with a dot at the end.</param>
    /// <param name="kept">What stands for members that were not sent.</param>
    internal Refusal? Read(string under, AuthConfig? kept, out AuthConfig read)
    {
        read = new AuthConfig();
        if (ApiKey is not null)
        {
            if (ApiKey.Check($"{under}apiKey") is { } invalid) return invalid;
            read = read with { ApiKey = ApiKey.Settled() };
        }

        if (Hmac is not null)
        {
            if (Hmac.Read($"{under}hmac", kept?.Hmac, out var hmac) is { } invalid) return invalid;
            read = read with { Hmac = hmac };
        }

        if (Jwt is not null)
        {
            if (Jwt.Read($"{under}jwt", kept?.Jwt, out var jwt) is { } invalid) return invalid;
            read = read with { Jwt = jwt };
        }

        return null;
    }
}

/// <summary>As the database keeps them; it is written without the options of the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuthConfig))]
[JsonSerializable(typeof(PublicKeySet))]
internal sealed partial class KeptSettings : JsonSerializerContext;
