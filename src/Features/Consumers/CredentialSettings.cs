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

    /// <summary>What it has, with what was sent in its place; what is of another mode would have no effect.</summary>
    internal static Refusal? Change(CredentialView credential, AuthConfigTerms sent, out AuthConfig changed)
    {
        changed = new AuthConfig(credential.ApiKey, credential.Hmac, credential.Jwt);
        if (sent.ApiKey is not null && credential.Mode != AuthTypes.ApiKey) return Other("apiKey");
        if (sent.Hmac is not null && credential.Mode != AuthTypes.Hmac) return Other("hmac");
        if (sent.Jwt is not null && credential.Mode != AuthTypes.Jwt) return Other("jwt");
        if (sent.Read("", changed, out var read) is { } invalid) return invalid;

        changed = new AuthConfig(read.ApiKey ?? changed.ApiKey, read.Hmac ?? changed.Hmac, read.Jwt ?? changed.Jwt);
        return null;

        Refusal Other(string field) =>
            Errors.Invalid(field, $"{field} belongs to credentials of another mode than {credential.Mode}.");
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
