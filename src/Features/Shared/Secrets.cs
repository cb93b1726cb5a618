using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace SupplyApi.Features.Shared;

/// <summary>
/// What must be opened again (upstream credentials) is sealed with AES-256-GCM; what must only be recognised (API keys)
/// is hashed. Every purpose has a key of its own, derived from the master key.
/// </summary>
internal sealed class Secrets
{
    internal const int MasterKeyBytes = 32;
    internal const string ApiKeyPrefix = "sk-";

    /// <summary>The length of a full API key: the prefix and 32 random bytes in base64url without padding.</summary>
    internal const int ApiKeyLength = 46;

    internal const string ConsumerKeyPrefix = "ck-";

    private const byte Version = 1;
    private const int KeyIdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + KeyIdBytes + NonceBytes + TagBytes;

    private readonly byte[] sealKey;
    private readonly byte[] sessionKey;
    private readonly byte[] codeKey;
    private readonly byte[] keyId;

    internal Secrets(ReadOnlySpan<byte> masterKey)
    {
        if (masterKey.Length != MasterKeyBytes)
            throw new ArgumentException("The master key has 32 bytes.", nameof(masterKey));
        sealKey = Derive(masterKey, "supply/seal/1");
        sessionKey = Derive(masterKey, "supply/session/1");
        codeKey = Derive(masterKey, "supply/code/1");
        keyId = SHA256.HashData(sealKey)[..KeyIdBytes];
    }

    /// <param name="boundTo">The row it belongs to: a sealed value copied into another row does not open there.</param>
    internal byte[] Seal(string plain, string boundTo)
    {
        var text = Encoding.UTF8.GetBytes(plain);
        var box = new byte[HeaderBytes + text.Length];
        box[0] = Version;
        keyId.CopyTo(box, 1);
        var nonce = box.AsSpan(1 + KeyIdBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(sealKey, TagBytes);
        var tag = box.AsSpan(1 + KeyIdBytes + NonceBytes, TagBytes);
        aes.Encrypt(nonce, text, box.AsSpan(HeaderBytes), tag, Bind(boundTo));
        CryptographicOperations.ZeroMemory(text);
        return box;
    }

    /// <summary>Null when the box was altered, moved to another row, or sealed under another master key.</summary>
    internal string? Open(ReadOnlySpan<byte> box, string boundTo)
    {
        if (box.Length < HeaderBytes || box[0] != Version || !box.Slice(1, KeyIdBytes).SequenceEqual(keyId))
            return null;

        var text = new byte[box.Length - HeaderBytes];
        using var aes = new AesGcm(sealKey, TagBytes);
        try
        {
            var tag = box.Slice(1 + KeyIdBytes + NonceBytes, TagBytes);
            aes.Decrypt(box.Slice(1 + KeyIdBytes, NonceBytes), box[HeaderBytes..], tag, text, Bind(boundTo));
            return Encoding.UTF8.GetString(text);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    internal byte[] SessionMac(ReadOnlySpan<byte> message) => HMACSHA256.HashData(sessionKey, message);

    /// <summary>For codes of few digits, which a plain hash would not hide.</summary>
    internal byte[] CodeMac(string text) => HMACSHA256.HashData(codeKey, Encoding.UTF8.GetBytes(text));

    internal static string NewCode() => RandomNumberGenerator.GetString("0123456789", 6);

    /// <summary>HMAC-SHA256 under a key shared with somebody else; our own keys never leave this class.</summary>
    internal static byte[] SharedMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) =>
        HMACSHA256.HashData(key, message);

    /// <summary>The same over two pieces, which are not put together first: the second may be large.</summary>
    internal static byte[] SharedMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(head);
        mac.AppendData(tail);
        return mac.GetHashAndReset();
    }

    internal static bool SameBytes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        CryptographicOperations.FixedTimeEquals(left, right);

    internal static byte[] NewMasterKey() => RandomNumberGenerator.GetBytes(MasterKeyBytes);

    internal static string NewApiKey() => ApiKeyPrefix + New256Bits();

    internal static string NewConsumerKey() => ConsumerKeyPrefix + New256Bits();

    internal static string NewAppSecret() => "ask_" + New256Bits();

    /// <summary>A name, not a secret; but nobody finds one by counting.</summary>
    internal static string NewAppId() => "app_" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>65 bits in base32: short enough to be read out, long enough not to be guessed.</summary>
    internal static string NewReferralCode() => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 13);

    /// <summary>Unique, not secret: no need to ask the system for every one.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "Nothing depends on nobody guessing it.")]
    internal static string NewRequestId() => string.Create(36, 0, static (text, _) =>
    {
        "req_".CopyTo(text);
        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        Convert.TryToHexStringLower(random, text[4..], out _);
    });

    /// <summary>A UUID of version 7 (RFC 9562 §5.7), unique and not secret.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "Nothing depends on nobody guessing it.")]
    internal static Guid NewId(DateTimeOffset at)
    {
        Span<byte> id = stackalloc byte[16];
        Random.Shared.NextBytes(id[6..]);
        var milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt16BigEndian(id, (short)(milliseconds >> 32));
        BinaryPrimitives.WriteInt32BigEndian(id[2..], (int)milliseconds);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    /// <summary>SHA-256. Enough for 256-bit random secrets and fingerprints; never for passwords.</summary>
    internal static byte[] Hash(ReadOnlySpan<byte> value) => SHA256.HashData(value);

    internal static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));

    /// <summary>An API key's hash, without leaving a copy of it behind.</summary>
    internal static void HashKey(ReadOnlySpan<char> key, Span<byte> hash)
    {
        Span<byte> text = stackalloc byte[Encoding.UTF8.GetMaxByteCount(ApiKeyLength)];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(key, text)], hash);
        CryptographicOperations.ZeroMemory(text);
    }

    /// <summary>A 64-bit number for an advisory lock: equal for equal names.</summary>
    internal static long LockNumber(string name) => BinaryPrimitives.ReadInt64BigEndian(Hash(name));

    /// <summary>A key of its own for each purpose; from it nobody finds another or the master key.</summary>
    internal static byte[] Derive(ReadOnlySpan<byte> masterKey, string purpose, int length = 32)
    {
        var key = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, masterKey, key, salt: [], Encoding.UTF8.GetBytes(purpose));
        return key;
    }

    private static string New256Bits() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private byte[] Bind(string boundTo) => [Version, .. keyId, .. Encoding.UTF8.GetBytes(boundTo)];
}
