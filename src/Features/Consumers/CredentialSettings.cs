using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>What a credential of one kind is presented and checked by: one of the three, whole.</summary>
internal static class CredentialSettings
{
    /// <summary>What was sent for the kind, else what the consumer has for it, else what is usual.</summary>
    internal static Refusal? Choose(string mode, AuthConfig sent, AuthConfig? usual, out AuthConfig chosen)
    {
        chosen = mode switch
        {
            AuthTypes.ApiKey => new AuthConfig(ApiKey: sent.ApiKey ?? usual?.ApiKey ?? new ApiKeySettings()),
            AuthTypes.Hmac => new AuthConfig(Hmac: sent.Hmac ?? usual?.Hmac ?? HmacSettings.Usual),
            _ => new AuthConfig(Jwt: sent.Jwt ?? usual?.Jwt),
        };
        return mode == AuthTypes.Jwt && chosen.Jwt is null
            ? Errors.Invalid("jwt", "jwt must say who signs the tokens, as the consumer's authConfig does not.")
            : null;
    }

    /// <summary>header_name, prefix, algorithm, timestamp_tolerance, issuer, audience, jwks: in this order.</summary>
    /// <param name="id">Of the credential: tokens that name no other audience name it.</param>
    internal static NpgsqlCommand With(this NpgsqlCommand command, AuthConfig settings, string id) => command
        .WithNullable(settings.ApiKey?.HeaderName ?? settings.Hmac?.HeaderName, NpgsqlDbType.Text)
        .WithNullable(settings.ApiKey?.Prefix, NpgsqlDbType.Text)
        .WithNullable(settings.Hmac?.Algorithm, NpgsqlDbType.Text)
        .WithNullable(settings.Hmac?.TimestampTolerance, NpgsqlDbType.Integer)
        .WithNullable(settings.Jwt?.Issuer, NpgsqlDbType.Text)
        .WithNullable(settings.Jwt is { } jwt ? jwt.Audience ?? id : null, NpgsqlDbType.Text)
        .WithJson(settings.Jwt?.Jwks.ToJson());
}
