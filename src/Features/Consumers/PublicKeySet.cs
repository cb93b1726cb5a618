using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Text;

namespace SupplyApi.Features.Consumers;

/// <summary>The public keys of who signs a consumer's tokens (RFC 7517 §5).</summary>
internal sealed record PublicKeySet(JsonWebKey[] Keys)
{
    internal static PublicKeySet Read(string json) =>
        JsonSerializer.Deserialize(json, KeptSettings.Default.PublicKeySet)!;

    internal string ToJson() => JsonSerializer.Serialize(this, KeptSettings.Default.PublicKeySet);
}

/// <summary>What is needed of a public key, and nothing else that was sent.</summary>
internal sealed record JsonWebKey(
    string Kty,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Kid,
    string Alg,
    string Use,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Crv = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? X = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Y = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? N = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? E = null);

/// <summary>The same as a caller sends it. Members that are not known are ignored, as the RFC wants it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PublicKeySetTerms(JsonWebKeyTerms?[] Keys)
{
    private const int KeysMax = 20;
    private const int NamesakesMax = 2;
    private const int BytesMax = 16 * 1024;

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Read(string field, out PublicKeySet read)
    {
        read = new PublicKeySet([]);
        if (Keys.Length is 0 or > KeysMax)
            return Errors.Invalid($"{field}.keys", $"{field}.keys must hold 1 to {KeysMax} public keys.");

        var keys = new JsonWebKey[Keys.Length];
        for (var at = 0; at < keys.Length; at++)
        {
            var one = $"{field}.keys[{at}]";
            if (Keys[at] is not { } sent) return Errors.Invalid(one, $"{one} must be a public key.");
            if (sent.Read(one, out var key) is { } invalid) return invalid;
            if (key.Kid is null && keys.Length > 1)
                return Errors.Invalid($"{one}.kid", $"{one}.kid is required where there is more than one key.");
            // A signer that changes over may go on under the same name: the old key and the new one, no more.
            var namesakes = keys.Take(at).Where(before => before.Kid == key.Kid).ToList();
            if (namesakes.Count >= NamesakesMax || namesakes.Contains(key))
                return Errors.Invalid($"{one}.kid", $"{one}.kid is that of another key.");
            keys[at] = key;
        }

        read = new PublicKeySet(keys);
        return Encoding.UTF8.GetByteCount(read.ToJson()) > BytesMax
            ? Errors.Invalid(field, $"{field} must have at most {BytesMax} bytes.")
            : null;
    }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record JsonWebKeyTerms(
    string? Kty = null, string? Kid = null, string? Alg = null, string? Use = null, string? Crv = null,
    string? X = null, string? Y = null, string? N = null, string? E = null,
    JsonElement D = default, JsonElement P = default, JsonElement Q = default, JsonElement Dp = default,
    JsonElement Dq = default, JsonElement Qi = default, JsonElement Oth = default, JsonElement K = default)
{
    private const int KidMax = 128;
    private const int CoordinateBytes = 32;
    private const int ModulusBitsMin = 2048;
    private const int ModulusBitsMax = 4096;
    private const int ExponentBytesMax = 4;
    private const int TextMax = 1024; // more than the largest modulus takes

    // SEC 2, §2.4.2.
    private static readonly BigInteger Prime =
        Number("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger B = Number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Read(string field, out JsonWebKey read)
    {
        read = new JsonWebKey("", Kid, "", "sig");
        if (Private() is { } name)
            return Errors.Invalid($"{field}.{name}",
                $"{field}.{name} is a part of a private key; send the public key only, and replace this one.");
        if (Kid is not null && (Kid.Length is 0 or > KidMax || Kid.Any(static one => one is < ' ' or > '~')))
            return Errors.Invalid($"{field}.kid", $"{field}.kid must have 1 to {KidMax} printable ASCII characters.");
        if (Use is not (null or "sig")) return Errors.Invalid($"{field}.use", $"{field}.use must be sig.");

        switch (Kty, Crv)
        {
            case ("EC", "P-256"):
                read = read with { Kty = Kty, Alg = "ES256", Crv = Crv, X = X, Y = Y };
                if (!IsOnP256()) return Errors.Invalid($"{field}.x", $"{field}.x and y must be a point of P-256.");
                break;
            case ("OKP", "Ed25519"):
                read = read with { Kty = Kty, Alg = "EdDSA", Crv = Crv, X = X };
                if (Bytes(X) is not { Length: CoordinateBytes })
                    return Errors.Invalid($"{field}.x", $"{field}.x must be {CoordinateBytes} bytes in base64url.");
                break;
            case ("RSA", null):
                read = read with { Kty = Kty, Alg = "RS256", N = N, E = E };
                if (!IsModulus(Bytes(N)))
                    return Errors.Invalid($"{field}.n",
                        $"{field}.n must be a modulus of {ModulusBitsMin} to {ModulusBitsMax} bits in base64url.");
                if (!IsExponent(Bytes(E)))
                    return Errors.Invalid($"{field}.e", $"{field}.e must be an odd number of 3 to 2^32 in base64url.");
                break;
            default:
                return Errors.Invalid($"{field}.kty",
                    $"{field} must be an EC key on P-256, an RSA key, or an OKP key on Ed25519.");
        }

        return Alg is not null && Alg != read.Alg
            ? Errors.Invalid($"{field}.alg", $"{field}.alg must be {read.Alg} for such a key.")
            : null;
    }

    private string? Private()
    {
        ReadOnlySpan<(string Name, JsonElement Value)> members =
            [("d", D), ("p", P), ("q", Q), ("dp", Dp), ("dq", Dq), ("qi", Qi), ("oth", Oth), ("k", K)];
        foreach (var (name, value) in members)
        {
            if (value.ValueKind != JsonValueKind.Undefined) return name;
        }

        return null;
    }

    // y² = x³ - 3x + b: what is no point of the curve could be used to find out things about who computes with it.
    private bool IsOnP256()
    {
        if (Bytes(X) is not { Length: CoordinateBytes } first || Bytes(Y) is not { Length: CoordinateBytes } second)
            return false;
        var (x, y) = (Number(first), Number(second));
        return x < Prime && y < Prime && ((y * y) - (x * x * x) + (3 * x) - B) % Prime == 0;
    }

    private static bool IsModulus(byte[]? bytes) =>
        bytes is [not 0, ..] && Number(bytes) is { IsEven: false } modulus
        && modulus.GetBitLength() is >= ModulusBitsMin and <= ModulusBitsMax;

    private static bool IsExponent(byte[]? bytes) =>
        bytes is [not 0, ..] and { Length: <= ExponentBytesMax } && Number(bytes) is { IsEven: false } number
        && number >= 3;

    /// <summary>Null when it is none, or not the one way to write it.</summary>
    private static byte[]? Bytes(string? text)
    {
        if (text is null or { Length: 0 or > TextMax }) return null;
        var bytes = new byte[TextMax];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var length) == OperationStatus.Done
            && Base64Url.EncodeToString(bytes.AsSpan(0, length)) == text
            ? bytes[..length]
            : null;
    }

    private static BigInteger Number(string hex) => Number(Convert.FromHexString(hex));

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
