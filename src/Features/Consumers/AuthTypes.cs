namespace SupplyApi.Features.Consumers;

/// <summary>How a credential proves whose it is. A consumer's own is that of its credentials unless they say.</summary>
internal static class AuthTypes
{
    internal const string ApiKey = "API_KEY";
    internal const string Hmac = "HMAC";
    internal const string Jwt = "JWT";

    /// <summary>Null when good or absent; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(string field, string? text) => text is null or ApiKey or Hmac or Jwt
        ? null
        : Errors.Invalid(field, $"{field} must be {ApiKey}, {Hmac} or {Jwt}.");
}

/// <summary>Of a consumer and of a credential alike.</summary>
internal static class Statuses
{
    internal const string Active = "ACTIVE";
    internal const string Inactive = "INACTIVE";

    /// <inheritdoc cref="AuthTypes.Check"/>
    internal static Refusal? Check(string field, string? text) => text is null or Active or Inactive
        ? null
        : Errors.Invalid(field, $"{field} must be {Active} or {Inactive}.");
}
