namespace SupplyApi.Features.Consumers;

/// <summary>Whose signed tokens are taken: those of this issuer, for this audience, under one of these keys.</summary>
/// <param name="Audience">Of a consumer's settings: null is the id of each credential.</param>
internal sealed record JwtSettings(string Issuer, string? Audience, PublicKeySet Jwks)
{
    /// <summary>
    /// The constraint that two credentials for the same tokens would break; the violation's message is the kid.
    /// </summary>
    internal const string TokenKey = "consumer_token_keys_key";
}

/// <summary>The same as a caller sends it; what is not sent stays as it is.</summary>
internal sealed record JwtTerms(string? Issuer = null, string? Audience = null, PublicKeySetTerms? Jwks = null)
{
    private const int NameMax = 512;

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Read(string field, JwtSettings? kept, out JwtSettings read)
    {
        read = new JwtSettings(Issuer ?? kept?.Issuer ?? "", Audience ?? kept?.Audience, kept?.Jwks ?? new([]));
        if (!IsName(read.Issuer)) return Name($"{field}.issuer");
        if (read.Audience is not null && !IsName(read.Audience)) return Name($"{field}.audience");
        // It is the one that a credential has where it names none, and must not be taken away from it.
        if (read.Audience != kept?.Audience && PublicId.TryRead(PublicId.Credential, read.Audience, out _))
            return Errors.Invalid($"{field}.audience",
                $"{field}.audience must not be the id of a credential; left out, it is the credential's own.");
        if (Jwks is null)
            return kept is null ? Errors.Invalid($"{field}.jwks", $"{field}.jwks must hold the public keys.") : null;

        if (Jwks.Read($"{field}.jwks", out var keys) is { } invalid) return invalid;
        read = read with { Jwks = keys };
        return null;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= NameMax && !string.IsNullOrWhiteSpace(text) && !text.Any(char.IsControl);

    private static Refusal Name(string field) =>
        Errors.Invalid(field, $"{field} must have 1 to {NameMax} characters and no control characters.");
}
