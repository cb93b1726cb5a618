using System.Buffers.Binary;
using System.Net;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>
/// Who calls: the holder of a user's API key, or of a credential of a consumer, which was presented and is good.
/// </summary>
/// <param name="KeyId">Zero for a consumer.</param>
/// <param name="QuotaLimit">What may be spent by the key in all; zero for any amount.</param>
internal sealed record KeyHolder(
    long KeyId, long UserId, long TenantId, string[] AllowedModels, IPNetwork[] AllowedAddresses, decimal QuotaLimit)
    : IRow<KeyHolder>
{
    /// <summary>Null for a user's own key, which may use the whole market.</summary>
    internal Subscriber? Subscriber { get; init; }

    /// <summary>Whose answers are found again by an Idempotency-Key: a key's, or, below zero, a consumer's.</summary>
    internal long AnswersId => Subscriber is { } one ? -one.ConsumerId : KeyId;

    public static ValueTask<KeyHolder?> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<KeyHolder>());

    public static KeyHolder Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<string[]>(3),
        AddressRanges.Read(row.GetFieldValue<string[]>(4)), row.GetDecimal(5));

    /// <summary>An empty list allows all; of a consumer its subscriptions decide.</summary>
    internal bool Allows(string model) => AllowedModels.Length == 0 || Array.IndexOf(AllowedModels, model) >= 0;
}

/// <summary>What stands for a key or a token in memory: its SHA-256.</summary>
internal readonly record struct KeyHash(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    private const int Bytes = 32;

    internal static KeyHash Of(ReadOnlySpan<char> key)
    {
        Span<byte> hash = stackalloc byte[Bytes];
        if (key.Length == Secrets.ApiKeyLength) Secrets.HashKey(key, hash);
        else Secrets.Hash(key.ToString()).CopyTo(hash);
        return new KeyHash(
            BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[16..]), BinaryPrimitives.ReadUInt64BigEndian(hash[24..]));
    }

    internal byte[] ToBytes()
    {
        var hash = new byte[Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(hash, First);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(8), Second);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(16), Third);
        BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(24), Fourth);
        return hash;
    }

    // Seeded anew in each process: nobody can make keys that all fall into one place.
    public override int GetHashCode() => HashCode.Combine(First, Second);
}
