using System.Diagnostics;
using System.Globalization;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Keys and secrets that are given anew again and again, while callers at two nodes use the newest they know, and
/// others whatever they began with: nobody is refused before the overlap is over, everybody a moment after it.
/// </summary>
public sealed class RotationUnderLoad(ITestOutputHelper output) : TwoNodesTest
{
    // Streams that begin within it are still under way when it ends.
    private const int Overlap = 10;

    // The last but one is cut short: no more than two are ever good.
    private static readonly (int Overlap, TimeSpan Wait)[] Rotations =
    [
        (Overlap, TimeSpan.FromSeconds(Overlap + 1)),
        (3600, TimeSpan.FromSeconds(1)),
        (Overlap, TimeSpan.FromSeconds(Overlap + StormBooks.Told + 1)),
    ];

    [Fact]
    public async Task Refuses_nobody_before_the_overlap_ends()
    {
        var owner = await Actors.UserAsync();
        await owner.TopUpAsync(100_000);
        var offering = await Offering.MakeAsync(
            Actors, new Offer(Quota: 100_000, 1000, 2000, MaxConcurrent: 1000, RateLimitRpm: 100_000));
        Rotated[] all =
        [
            await MakeAsync(owner, offering, "API_KEY", "apiKeyValue", "401 invalid_api_key"),
            await MakeAsync(owner, offering, "HMAC", "secretKey", "401 signature_invalid"),
        ];

        var storm = new Storm(Nodes);
        foreach (var one in all) storm.Send(() => one.Newest, callers: 4);
        await storm.GoOnAsync(TimeSpan.FromSeconds(1));
        foreach (var (overlap, wait) in Rotations)
        {
            foreach (var one in all)
            {
                var before = one.Newest;
                await one.RotateAsync(overlap);
                storm.Send(before);
                await storm.BeginStreamsAsync(before);
            }

            await storm.GoOnAsync(wait);
        }

        await storm.EndAsync(all[0].Newest);
        var books = await StormBooks.ReadAsync(Api.Database, storm, nodes: 2);
        foreach (var one in all)
        {
            foreach (var (who, good, over) in one.Past)
            {
                var late = books.RefusedAfter(who, good, over);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{who.Name}: the last call that passed began {late.TotalMilliseconds:f0} ms after its end"));
            }

            books.NeverRefused(one.Newest.Name);
        }

        output.WriteLine($"{storm.Calls.Count} calls, {books.Rows.Count} of them answered");
        await MoneyProof.HoldsAsync(Api);
    }

    private async Task<Rotated> MakeAsync(Actor owner, Offering offering, string mode, string secret, string refusal)
    {
        var app = await owner.CreateAppAsync(mode, mode == "HMAC" ? """{ "qps": 10000 }""" : "{}");
        await new Subscriber(owner, app.ConsumerId).SubscribedAsync(offering);
        var signer = mode == "HMAC" ? new Signer(Api, null, app) : null;
        return new Rotated(app, secret, (text, number) => new StormCaller(
            $"{mode} {number}", signer?.WithSecret(text) ?? Actors.Stranger().WithCredential(text), offering.Model,
            refusal));
    }

    /// <summary>A credential, and all that it has opened with.</summary>
    private sealed class Rotated(App app, string secretMember, Func<string, int, StormCaller> callerBy)
    {
        private readonly List<(StormCaller Who, long Good, long Over)> past = [];
        private volatile StormCaller newest = callerBy((app.Key ?? app.Secret)!, 0);

        internal StormCaller Newest => newest;

        /// <summary>How long each was good for sure, and since when it was over for sure.</summary>
        internal IReadOnlyList<(StormCaller Who, long Good, long Over)> Past => past;

        internal async Task RotateAsync(int overlap)
        {
            var sent = Stopwatch.GetTimestamp();
            var answer = (await app.Owner.Quietly().Post(
                $"{app.Path}/rotate", $$"""{ "overlapSeconds": {{overlap}} }""")).Expect(200);
            var answered = Stopwatch.GetTimestamp();
            var secret = answer.Text(secretMember);
            Canary.Register(secret);
            if (past is [.., var last])
                past[^1] = (last.Who, Math.Min(last.Good, sent), Math.Min(last.Over, answered));
            var time = overlap * Stopwatch.Frequency;
            past.Add((newest, sent + time, answered + time));
            newest = callerBy(secret, past.Count);
        }
    }
}
