namespace SupplyApi.Tests.Harness;

/// <summary>Public keys that everybody knows: the examples of RFC 7517 and RFC 8037.</summary>
public static class Jwks
{
    public const string Ec = """
        {
          "kty": "EC", "crv": "P-256", "kid": "ec-1",
          "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
          "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
        }
        """;

    public const string Ed = """
        { "kty": "OKP", "crv": "Ed25519", "kid": "ed-1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }
        """;

    public const string RsaModulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjB"
        + "ZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
        + "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_"
        + "xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    public static string Rsa { get; } = $$"""
        { "kty": "RSA", "kid": "rsa-1", "alg": "RS256", "use": "sig", "e": "AQAB", "n": "{{RsaModulus}}" }
        """;

    public static string All { get; } = Of(Ec, Rsa, Ed);

    public static string Of(params string[] keys) => $$"""{ "keys": [{{string.Join(", ", keys)}}] }""";
}
