using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace SupplyApi.Features.Shared;

/// <summary>
/// What others can check: ES256 (ECDSA P-256 over SHA-256, RFC 7518 §3.4) under a key that every node derives from the
/// master key; and what only we can: the code in an address that opens one thing for a while.
/// </summary>
internal sealed class Signature : IDisposable
{
    internal const string Algorithm = "ES256";

    /// <summary>r and s, 32 bytes each.</summary>
    internal const int Length = 64;

    private const int CoordinateLength = 32;

    private static readonly BigInteger Order = BigInteger.Parse(
        "115792089210356248762697446949407573529996955224135760342422259061068512044369",
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly ECDsa key;
    private readonly byte[] linkKey;

    internal Signature(ReadOnlySpan<byte> masterKey)
    {
        // 48 bytes, reduced modulo the order: no scalar is likelier than another (FIPS 186-5, A.2.1).
        var seed = Secrets.Derive(masterKey, "supply/es256/1", 48);
        var scalar = (new BigInteger(seed, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var secret = new byte[CoordinateLength];
        var bytes = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(secret, CoordinateLength - bytes.Length);
        key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        Key = PublicKey.Of(Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
        linkKey = Secrets.Derive(masterKey, "supply/link/1");
    }

    internal PublicKey Key { get; }

    internal byte[] Sign(ReadOnlySpan<byte> message) => key.SignData(message, HashAlgorithmName.SHA256);

    /// <summary>base64url, for the query of an address.</summary>
    internal string SignLink(string link) =>
        Base64Url.EncodeToString(Secrets.SharedMac(linkKey, Encoding.UTF8.GetBytes(link)));

    internal bool IsLink(string link, string signature) =>
        Secrets.SameBytes(Encoding.UTF8.GetBytes(SignLink(link)), Encoding.UTF8.GetBytes(signature));

    public void Dispose() => key.Dispose();

    /// <summary>A JSON Web Key (RFC 7517); its kid is its thumbprint (RFC 7638).</summary>
    internal sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg)
    {
        internal static PublicKey Of(string x, string y)
        {
            var thumbprint = SHA256.HashData(
                Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}"""));
            return new PublicKey("EC", "P-256", x, y, Base64Url.EncodeToString(thumbprint), "sig", Algorithm);
        }

        /// <summary>False also when this is no key at all.</summary>
        internal bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
        {
            try
            {
                var point = new ECPoint { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) };
                using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
                return key.VerifyData(message, signature, HashAlgorithmName.SHA256);
            }
            catch (Exception error) when (error is FormatException or CryptographicException)
            {
                return false;
            }
        }
    }
}
