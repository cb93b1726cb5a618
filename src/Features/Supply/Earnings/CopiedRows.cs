using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SupplyApi.Features.Supply.Earnings;

/// <summary>
/// Rows for a COPY in binary format (PostgreSQL's manual, COPY, "Binary Format"), gathered in one rented buffer and
/// sent at once: what every call of the gateway leaves behind goes this way, and the driver's importer would make a
/// task of each value and an array of each decimal.
/// </summary>
internal sealed class CopiedRows : IDisposable
{
    private const int BytesMin = 64 * 1024;
    private const int NumericHeadBytes = 4 * sizeof(short);
    private const int DigitsMax = 9; // A decimal has 29 digits at most, and may begin and end in the middle of four.
    private const ushort Negative = 0x4000;
    private const uint DigitBase = 10_000;
    private const int DigitsOfTen = 4;
    private static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    private byte[] bytes = ArrayPool<byte>.Shared.Rent(BytesMin);
    private int length;

    internal CopiedRows()
    {
        Add("PGCOPY\n"u8);
        Add([0xff, (byte)'\r', (byte)'\n', 0]);
        Add([0, 0, 0, 0, 0, 0, 0, 0]); // No flags, and nothing more in the head.
    }

    internal void Begin(short columns) => BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), columns);

    internal void Null() => Size(-1);

    internal void Value(bool value) => Field(sizeof(byte))[0] = value ? (byte)1 : (byte)0;

    internal void Value(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    internal void Value(long value) => BinaryPrimitives.WriteInt64BigEndian(Field(sizeof(long)), value);

    internal void Value(Guid value) => value.TryWriteBytes(Field(16), bigEndian: true, out _);

    /// <summary>To the microsecond; what is less is cut off.</summary>
    internal void Value(DateTimeOffset value) => Value((value.UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond);

    internal void Value(string value) => Encoding.UTF8.GetBytes(value, Field(Encoding.UTF8.GetByteCount(value)));

    /// <summary>With the scale that it has.</summary>
    internal void Value(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0xff;
        var number = new UInt128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);

        // Digits come in fours on both sides of the point.
        for (var ten = scale % DigitsOfTen; ten is > 0 and < DigitsOfTen; ten++) number *= 10;
        Span<ushort> digits = stackalloc ushort[DigitsMax];
        var (first, last) = (DigitsMax, DigitsMax);
        for (; number > ulong.MaxValue; number /= DigitBase) digits[--first] = (ushort)(uint)(number % DigitBase);
        for (var rest = (ulong)number; rest > 0; rest /= DigitBase) digits[--first] = (ushort)(rest % DigitBase);
        var weight = DigitsMax - first - ((scale + DigitsOfTen - 1) / DigitsOfTen) - 1;
        while (last > first && digits[last - 1] == 0) last--;

        var count = last - first;
        var field = Field(NumericHeadBytes + (count * sizeof(ushort)));
        BinaryPrimitives.WriteInt16BigEndian(field, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(field[2..], (short)(count == 0 ? 0 : weight));
        BinaryPrimitives.WriteUInt16BigEndian(field[4..], value < 0 ? Negative : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(field[6..], (short)scale);
        foreach (var digit in digits[first..last])
        {
            field = field[sizeof(ushort)..];
            BinaryPrimitives.WriteUInt16BigEndian(field[(NumericHeadBytes - sizeof(ushort))..], digit);
        }
    }

    /// <summary>All of them, or none when the database refuses one.</summary>
    /// <param name="copy">copy … from stdin (format binary)</param>
    internal async Task SendAsync(NpgsqlConnection connection, string copy, CancellationToken ct)
    {
        BinaryPrimitives.WriteInt16BigEndian(Room(sizeof(short)), -1);
        await using var stream = await connection.BeginRawBinaryCopyAsync(copy, ct);
        await stream.WriteAsync(bytes.AsMemory(0, length), ct);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(bytes);

    private void Add(ReadOnlySpan<byte> more) => more.CopyTo(Room(more.Length));

    private void Size(int size) => BinaryPrimitives.WriteInt32BigEndian(Room(sizeof(int)), size);

    private Span<byte> Field(int size)
    {
        Size(size);
        return Room(size);
    }

    private Span<byte> Room(int size)
    {
        if (bytes.Length - length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, length + size));
            bytes.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = larger;
        }

        length += size;
        return bytes.AsSpan(length - size, size);
    }
}
