using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// Whether a token was signed by the holder of a public key: ES256 and RS256 (RFC 7518 §3.3, §3.4), EdDSA over Ed25519
/// (RFC 8037 §3.1), which the framework does not have and libsodium does.
/// </summary>
internal static partial class TokenSignature
{
    private const int EdBytes = 64;

    private static readonly bool Ready = sodium_init() >= 0;

    internal static bool IsBy(JsonWebKey key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) => key.Alg switch
    {
        "ES256" => IsByPoint(key, signed, signature),
        "RS256" => IsByModulus(key, signed, signature),
        "EdDSA" => Ready && signature.Length == EdBytes
            && crypto_sign_verify_detached(signature, signed, (ulong)signed.Length, Bytes(key.X)) == 0,
        _ => false,
    };

    private static bool IsByPoint(JsonWebKey key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        using var point = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes(key.X), Y = Bytes(key.Y) },
        });
        return point.VerifyData(
            signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static bool IsByModulus(JsonWebKey key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        using var modulus = RSA.Create(new RSAParameters { Modulus = Bytes(key.N), Exponent = Bytes(key.E) });
        return modulus.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static byte[] Bytes(string? text) => Base64Url.DecodeFromChars(text);

    [LibraryImport("sodium"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sodium_init();

    [LibraryImport("sodium"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int crypto_sign_verify_detached(
        ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong length, ReadOnlySpan<byte> key);
}
