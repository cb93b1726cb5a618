using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>Each rule's own order; whatever it is, everybody comes up once.</summary>
public sealed class WalksFollowTheRule
{
    private const long Now = 1_000_000;
    private static readonly string[] Providers = ["openai"];

    public static TheoryData<string> Rules => [.. Enum.GetNames<RoutingRule>()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Everybody_comes_up_once(string rule)
    {
        var all = Enumerable.Range(1, 20).Select(id => One(id, price: id % 3, priority: id % 4, weight: id)).ToArray();
        for (var round = 0; round < 50; round++)
            Assert.Equal(all.Select(static one => one.Id), Walk(Enum.Parse<RoutingRule>(rule), all).Order());
    }

    [Fact]
    public void Cheapest_is_a_small_call_then_output_then_age() => Assert.Equal(
        [7, 2, 5, 1, 3, 6, 4],
        Walk(RoutingRule.Cheapest,
            One(1, 2, input: 2), One(2, 2, input: 1), One(3, 2, input: 2), One(4, 1, input: 9), One(5, 3, input: 0),
            One(6, 0, input: 0, request: 0.005m), One(7, 0, input: 0, request: 0.002m)));

    [Fact]
    public void Round_robin_goes_on_where_it_was()
    {
        var offers = Offers(RoutingRule.RoundRobin, One(1), One(2), One(3));
        Assert.Equal(
            [(1, 2, 3), (2, 3, 1), (3, 1, 2), (1, 2, 3)],
            Enumerable.Range(0, 4).Select(_ => Walk(offers)).Select(static one => (one[0], one[1], one[2])));
    }

    [Fact]
    public void The_higher_priority_goes_first_and_weights_part_equals()
    {
        var offers = Offers(
            RoutingRule.Priority, One(1, priority: 1, weight: 1), One(2, priority: 1, weight: 9),
            One(3, priority: 2), One(4, weight: 1000));
        var walks = Enumerable.Range(0, 3000).Select(_ => Walk(offers)).ToList();
        Assert.All(walks, static one => Assert.Equal((3, 4), (one[0], one[3])));
        Assert.InRange(walks.Count(static one => one[1] == 2), 2500, 2900);
    }

    [Fact]
    public void Weights_part_the_calls()
    {
        var offers = Offers(RoutingRule.Weighted, One(1, weight: 1), One(2, weight: 2), One(3, weight: 7));
        var firsts = Enumerable.Range(0, 5000).Select(_ => Walk(offers)[0]).CountBy(static one => one).ToDictionary();
        Assert.InRange(firsts[1], 350, 650);
        Assert.InRange(firsts[2], 800, 1200);
        Assert.InRange(firsts[3], 3250, 3750);
    }

    [Fact]
    public void The_soonest_goes_first_but_for_those_not_asked_of_late()
    {
        Candidate[] all = [One(1), One(2), One(3), One(4)];
        all[0].State.Answered(300, Now - 5);
        all[1].State.Answered(100, Now - 5);
        all[2].State.Answered(1, Now - 60_000);
        Assert.Equal([3, 4, 2, 1], Walk(RoutingRule.LeastLatency, all));

        for (var more = 0; more < 20; more++) all[1].State.Answered(400, Now - 4);
        Assert.Equal([3, 4, 1, 2], Walk(RoutingRule.LeastLatency, all));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_step_allocates_nothing(string rule)
    {
        var offers = Offers(Enum.Parse<RoutingRule>(rule), One(1), One(2), One(3));
        Step(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Step(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var walk = Begun(offers);
                var candidate = walk.Next(Now)!;
                var entry = candidate.State.Enter(10, 0, Now);
                walk.Enter(candidate, entry, Now);
                walk.Answered(Now + 3);
                walk.Leave(Failure.None, 200, default, Now + 5);
                walk.End();
            }
        }
    }

    private static Candidate One(long id, decimal price = 1, decimal input = 1, int priority = 0, int weight = 1,
        decimal? request = null) =>
        new()
        {
            Source = Source.Package,
            Id = id,
            Model = "model",
            UpstreamModel = "model",
            Provider = "openai",
            Credential = [],
            SealedFor = "nobody",
            Prices = new Prices(input, price) { PerRequest = request },
            Priority = priority,
            Weight = weight,
        };

    private static (RoutingRule Rule, ModelOffers Offers) Offers(RoutingRule rule, params Candidate[] all) =>
        (rule, RoutingSnapshot.Of(rule, Enumerable.Reverse(all), new CandidateStates()).Find("model")!);

    private static List<long> Walk(RoutingRule rule, params Candidate[] all) => Walk(Offers(rule, all));

    private static List<long> Walk((RoutingRule Rule, ModelOffers Offers) known)
    {
        var walk = Begun(known);
        var ids = new List<long>();
        while (walk.Next(Now) is { } candidate) ids.Add(candidate.Id);
        walk.End();
        return ids;
    }

    private static CandidateWalk Begun((RoutingRule Rule, ModelOffers Offers) known)
    {
        var walk = default(CandidateWalk);
        walk.Begin(known.Rule, known.Offers.Of(Providers), known.Offers.Turn, null);
        return walk;
    }
}
