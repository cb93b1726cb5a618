using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Tests.Properties;

/// <summary>What is written into a journal is read from it, up to the entry that its process did not finish.</summary>
public sealed class JournalKeepsCalls : IDisposable
{
    private const int Calls = 40;
    private static readonly byte[] NoBytes = [];
    private static readonly HashSet<Guid> Nobody = [];
    private readonly string directory = Directory.CreateTempSubdirectory("st-journal-").FullName;
    private readonly Random random = new(20261121);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void As_they_were()
    {
        var calls = Enumerable.Range(0, Calls).Select(_ => AnyCall()).ToList();
        using var segment = Written(calls);

        Assert.Equal(calls.Select(Plain), ReadAll(segment).Select(Plain));
        for (var at = 0; at < Calls; at++)
            Assert.Equal(calls[at].Answer?.Body, ReadAll(segment)[at].Answer?.Body);
    }

    [Fact]
    public void While_their_process_lives_nobody_else_takes_them()
    {
        using (Written([AnyCall()])) Assert.Empty(JournalSegment.Orphans(directory, Nobody));
        using var orphan = Assert.Single(JournalSegment.Orphans(directory, Nobody));

        Assert.Equal(7, orphan.NodeId);
        Assert.Single(ReadAll(orphan));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(100)]
    public void Without_the_last_one_when_it_is_torn(int missing)
    {
        var calls = Enumerable.Range(0, Calls).Select(_ => AnyCall()).ToList();
        Written(calls).Dispose();
        var path = Assert.Single(Directory.GetFiles(directory));
        using (var file = File.OpenWrite(path)) file.SetLength(file.Length - missing);
        using var orphan = Assert.Single(JournalSegment.Orphans(directory, Nobody));

        Assert.Equal(calls.SkipLast(1).Select(Plain), ReadAll(orphan).Select(Plain));
    }

    [Fact]
    public void Without_what_comes_after_a_changed_byte()
    {
        var calls = Enumerable.Range(0, Calls).Select(_ => AnyCall()).ToList();
        Written(calls).Dispose();
        var path = Assert.Single(Directory.GetFiles(directory));
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var orphan = Assert.Single(JournalSegment.Orphans(directory, Nobody));

        var read = ReadAll(orphan);
        Assert.InRange(read.Count, 1, Calls - 1);
        Assert.Equal(calls.Take(read.Count).Select(Plain), read.Select(Plain));
    }

    [Fact]
    public void And_a_file_that_never_began_is_nobodys()
    {
        File.WriteAllBytes(Path.Combine(directory, "begun.journal"), "SUPPLY"u8.ToArray());

        Assert.Empty(JournalSegment.Orphans(directory, Nobody));
        Assert.Empty(Directory.GetFiles(directory));
    }

    private JournalSegment Written(List<CallRecord> calls)
    {
        var segment = JournalSegment.Create(directory, nodeId: 7, Guid.NewGuid());
        foreach (var call in calls)
        {
            var entry = new byte[JournalSegment.FrameBytes + call.BytesMax];
            var length = call.Write(entry.AsSpan(JournalSegment.FrameBytes));
            segment.Append(entry.AsSpan(0, JournalSegment.FrameBytes + length));
        }

        return segment;
    }

    private static List<CallRecord> ReadAll(JournalSegment segment)
    {
        var (names, calls) = (new CallRecord.Names(), new List<CallRecord>());
        var bytes = new byte[segment.Length];
        var rest = bytes.AsSpan(0, segment.Read(JournalSegment.Start, bytes));
        while (JournalSegment.EntryOf(rest) is { IsEmpty: false } entry)
        {
            calls.Add(CallRecord.Read(entry, names));
            rest = rest[(JournalSegment.FrameBytes + entry.Length)..];
        }

        return calls;
    }

    // Records compare arrays by reference: the answer's bytes are looked at apart.
    private static (CallRecord, StoredAnswer?) Plain(CallRecord call) => (
        call with { Answer = null },
        call.Answer is null ? null : call.Answer with { Body = NoBytes, PayloadHash = NoBytes });

    private CallRecord AnyCall() => new()
    {
        Id = Guid.NewGuid(),
        At = DateTimeOffset.UnixEpoch.AddMicroseconds(random.NextInt64(1L << 50)),
        TenantId = random.NextInt64(),
        UserId = random.NextInt64(),
        KeyId = random.NextInt64(),
        KeyHasQuota = random.Next(2) == 0,
        Source = random.Next(2) == 0 ? Source.Package : Source.Channel,
        SourceId = random.NextInt64(),
        SupplierTenantId = random.NextInt64(),
        SupplierUserId = random.NextInt64(),
        Provider = "openai",
        Model = "模型-" + random.Next(3),
        RequestId = "req-" + new string('x', random.Next(4, 120)),
        Stream = random.Next(2) == 0,
        Ending = (Ending)random.Next(5),
        Basis = (Basis)random.Next(4),
        IsSuccess = random.Next(2) == 0,
        UpstreamStatus = random.Next(600),
        Usage = new Usage(random.NextInt64(), random.NextInt64(), random.NextInt64())
        {
            CacheWrite5m = random.NextInt64(),
            CacheWrite1h = random.NextInt64(),
            Reasoning = random.NextInt64(),
        },
        PriceInput = random.NextInt64() / 1_000_000m,
        PriceOutput = random.NextInt64() / 1_000_000m,
        Charged = random.NextInt64() / 1_000_000_000m,
        Fee = random.NextInt64() / 1_000_000_000m,
        FirstByteMs = random.Next(-1, 10_000),
        DurationMs = random.Next(),
        Answer = random.Next(4) > 0 ? null : AnyAnswer(),
    };

    private StoredAnswer AnyAnswer()
    {
        var body = new byte[random.Next(5000)];
        random.NextBytes(body);
        return new StoredAnswer(
            Guid.NewGuid(), "/v1/messages", $"key-{random.Next()}", [1, 2], "application/json", body,
            random.Next(2) == 0,
            IsTooLarge: false);
    }
}
