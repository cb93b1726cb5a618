using System.Buffers.Binary;
using System.Text;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// A call that is over, as the journal keeps it: all that is needed to post it, on this node or on the one that comes
/// after it.
/// </summary>
internal readonly record struct CallRecord
{
    private const byte Version = 3;

    /// <summary>Calls of consumers were not known to it; all else is the same.</summary>
    private const byte VersionBefore = 2;

    internal required Guid Id { get; init; }
    internal required DateTimeOffset At { get; init; }
    internal required long TenantId { get; init; }
    internal required long UserId { get; init; }
    internal required long KeyId { get; init; }
    internal required bool KeyHasQuota { get; init; }

    /// <summary>Zero, as the two that follow: the call came with a user's own key.</summary>
    internal long ConsumerId { get; init; }
    internal long CredentialId { get; init; }
    internal long SubscriptionId { get; init; }
    internal required Source Source { get; init; }
    internal required long SourceId { get; init; }
    internal required long SupplierTenantId { get; init; }
    internal required long SupplierUserId { get; init; }
    internal required string Provider { get; init; }
    internal required string Model { get; init; }
    internal required string RequestId { get; init; }
    internal required bool Stream { get; init; }
    internal required Ending Ending { get; init; }
    internal required Basis Basis { get; init; }
    internal required bool IsSuccess { get; init; }
    internal required int UpstreamStatus { get; init; }
    internal required Usage Usage { get; init; }
    internal required decimal PriceInput { get; init; }
    internal required decimal PriceOutput { get; init; }
    internal required decimal Charged { get; init; }
    internal required decimal Fee { get; init; }

    /// <summary>Below zero: there was none.</summary>
    internal required int FirstByteMs { get; init; }
    internal required int DurationMs { get; init; }

    /// <summary>Of a call with an Idempotency-Key.</summary>
    internal StoredAnswer? Answer { get; init; }

    internal decimal Earned => Charged - Fee;

    /// <summary>As <see cref="KeyHolder.AnswersId"/>.</summary>
    internal long AnswersId => ConsumerId > 0 ? -ConsumerId : KeyId;

    /// <summary>What <see cref="Write"/> needs at most.</summary>
    internal int BytesMax =>
        512 + Encoding.UTF8.GetMaxByteCount(Provider.Length + Model.Length + RequestId.Length)
        + (Answer is null ? 0 : AnswerBytesMax(Answer));

    /// <summary>The number of bytes written.</summary>
    internal int Write(Span<byte> into)
    {
        var to = new Writer(into);
        to.Byte(Version);
        to.Guid(Id);
        to.Long(At.UtcTicks);
        to.Long(TenantId);
        to.Long(UserId);
        to.Long(KeyId);
        to.Byte((byte)((KeyHasQuota ? 1 : 0) | (Stream ? 2 : 0) | (IsSuccess ? 4 : 0)
            | (Answer is null ? 0 : 8) | (ConsumerId == 0 ? 0 : 16)));
        to.Byte((byte)Source);
        to.Long(SourceId);
        to.Long(SupplierTenantId);
        to.Long(SupplierUserId);
        to.Text(Provider);
        to.Text(Model);
        to.Text(RequestId);
        to.Byte((byte)Ending);
        to.Byte((byte)Basis);
        to.Int(UpstreamStatus);
        to.Long(Usage.Input);
        to.Long(Usage.CachedInput);
        to.Long(Usage.Output);
        to.Long(Usage.CacheWrite5m);
        to.Long(Usage.CacheWrite1h);
        to.Long(Usage.Reasoning);
        to.Long(Usage.ImageInput);
        to.Long(Usage.ImageOutput);
        to.Long(Usage.AudioInput);
        to.Long(Usage.AudioOutput);
        to.Money(PriceInput);
        to.Money(PriceOutput);
        to.Money(Charged);
        to.Money(Fee);
        to.Int(FirstByteMs);
        to.Int(DurationMs);
        if (ConsumerId > 0)
        {
            to.Long(ConsumerId);
            to.Long(CredentialId);
            to.Long(SubscriptionId);
        }

        if (Answer is not null) WriteAnswer(ref to, Answer);
        return to.Written;
    }

    /// <exception cref="FormatException">It is of another version.</exception>
    internal static CallRecord Read(ReadOnlySpan<byte> bytes, Names names)
    {
        var from = new Reader(bytes, names);
        if (from.Byte() is not (Version or VersionBefore))
            throw new FormatException("A call in the journal is of another version.");
        var (id, at) = (from.Guid(), new DateTimeOffset(from.Long(), TimeSpan.Zero));
        var (tenantId, userId, keyId) = (from.Long(), from.Long(), from.Long());
        var flags = from.Byte();
        return new CallRecord
        {
            Id = id,
            At = at,
            TenantId = tenantId,
            UserId = userId,
            KeyId = keyId,
            KeyHasQuota = (flags & 1) != 0,
            Stream = (flags & 2) != 0,
            IsSuccess = (flags & 4) != 0,
            Source = (Source)from.Byte(),
            SourceId = from.Long(),
            SupplierTenantId = from.Long(),
            SupplierUserId = from.Long(),
            Provider = from.Name(),
            Model = from.Name(),
            RequestId = from.Text(),
            Ending = (Ending)from.Byte(),
            Basis = (Basis)from.Byte(),
            UpstreamStatus = from.Int(),
            Usage = new Usage(from.Long(), from.Long(), from.Long())
            {
                CacheWrite5m = from.Long(),
                CacheWrite1h = from.Long(),
                Reasoning = from.Long(),
                ImageInput = from.Long(),
                ImageOutput = from.Long(),
                AudioInput = from.Long(),
                AudioOutput = from.Long(),
            },
            PriceInput = from.Money(),
            PriceOutput = from.Money(),
            Charged = from.Money(),
            Fee = from.Money(),
            FirstByteMs = from.Int(),
            DurationMs = from.Int(),
            ConsumerId = (flags & 16) == 0 ? 0 : from.Long(),
            CredentialId = (flags & 16) == 0 ? 0 : from.Long(),
            SubscriptionId = (flags & 16) == 0 ? 0 : from.Long(),
            Answer = (flags & 8) == 0 ? null : ReadAnswer(ref from),
        };
    }

    private static int AnswerBytesMax(StoredAnswer answer) =>
        64 + answer.Body.Length + answer.PayloadHash.Length
        + Encoding.UTF8.GetMaxByteCount(answer.Route.Length + answer.Key.Length + answer.ContentType.Length);

    private static void WriteAnswer(ref Writer to, StoredAnswer answer)
    {
        to.Guid(answer.CallId);
        to.Text(answer.Route);
        to.Text(answer.Key);
        to.Bytes(answer.PayloadHash);
        to.Text(answer.ContentType);
        to.Byte((byte)((answer.IsBroken ? 1 : 0) | (answer.IsTooLarge ? 2 : 0)));
        to.Bytes(answer.Body);
    }

    private static StoredAnswer ReadAnswer(ref Reader from)
    {
        var (id, route, key, hash, type) = (from.Guid(), from.Text(), from.Text(), from.Bytes(), from.Text());
        var flags = from.Byte();
        return new StoredAnswer(id, route, key, hash, type, from.Bytes(), (flags & 1) != 0, (flags & 2) != 0);
    }

    /// <summary>Texts that come again and again, made once.</summary>
    internal sealed class Names
    {
        private const int Max = 10_000;
        private readonly Dictionary<int, string> known = [];

        internal string Of(ReadOnlySpan<byte> utf8)
        {
            var hash = new HashCode();
            hash.AddBytes(utf8);
            var code = hash.ToHashCode();
            if (known.TryGetValue(code, out var text) && Encoding.UTF8.GetByteCount(text) == utf8.Length)
            {
                Span<byte> bytes = stackalloc byte[256];
                if (utf8.Length <= bytes.Length && Encoding.UTF8.TryGetBytes(text, bytes, out _)
                    && bytes[..utf8.Length].SequenceEqual(utf8))
                    return text;
            }

            if (known.Count >= Max) known.Clear();
            return known[code] = Encoding.UTF8.GetString(utf8);
        }
    }

    private ref struct Writer(Span<byte> into)
    {
        private readonly Span<byte> into = into;

        internal int Written { get; private set; }

        internal void Byte(byte value) => into[Written++] = value;

        internal void Int(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(into[Written..], value);
            Written += sizeof(int);
        }

        internal void Long(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(into[Written..], value);
            Written += sizeof(long);
        }

        internal void Guid(Guid value)
        {
            value.TryWriteBytes(into[Written..]);
            Written += 16;
        }

        internal void Money(decimal value)
        {
            Span<int> parts = stackalloc int[4];
            decimal.GetBits(value, parts);
            foreach (var part in parts) Int(part);
        }

        internal void Bytes(ReadOnlySpan<byte> value)
        {
            Int(value.Length);
            value.CopyTo(into[Written..]);
            Written += value.Length;
        }

        internal void Text(string value)
        {
            var length = Encoding.UTF8.GetBytes(value, into[(Written + sizeof(int))..]);
            Int(length);
            Written += length;
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes, Names names)
    {
        private ReadOnlySpan<byte> rest = bytes;

        internal byte Byte() => Take(1)[0];

        internal int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

        internal long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

        internal Guid Guid() => new(Take(16));

        internal decimal Money() => new([Int(), Int(), Int(), Int()]);

        internal byte[] Bytes() => Take(Int()).ToArray();

        internal string Text() => Encoding.UTF8.GetString(Take(Int()));

        internal string Name() => names.Of(Take(Int()));

        private ReadOnlySpan<byte> Take(int length)
        {
            var part = rest[..length];
            rest = rest[length..];
            return part;
        }
    }
}
