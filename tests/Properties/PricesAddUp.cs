using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Shared;

namespace SupplyApi.Tests.Properties;

/// <summary>Every token is paid for once, whatever a provider says of its parts.</summary>
public sealed class PricesAddUp
{
    private const int Turns = 20_000;
    private const decimal Million = 1_000_000m;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Without_prices_of_their_own_parts_cost_what_the_whole_does(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (input, output) = (Price(random), Price(random));
            var usage = Any(random);
            var whole = Money.Round(((usage.Input * input) + (usage.Output * output)) / Million);
            Assert.Equal(whole, new Prices(input, output).Cost(usage));
            Assert.Equal(whole, new Prices(input, output).CostAtMost(usage.Input, usage.Output));
        }
    }

    // Each price in turn is one, all others nothing: what is then paid is how many tokens the part has.
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void The_parts_are_never_negative_and_sum_to_the_whole(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < Turns; turn++)
        {
            var usage = Any(random);
            var inputs = Inputs(Million).Select(one => one.Cost(usage)).ToArray();
            var outputs = Outputs(Million).Select(one => one.Cost(usage)).ToArray();
            Assert.All([.. inputs, .. outputs], static part => Assert.True(part >= 0));
            Assert.Equal((usage.Input, usage.Output), ((long)inputs.Sum(), (long)outputs.Sum()));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void More_tokens_and_higher_prices_never_cost_less(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (usage, prices) = (Any(random), Any(random, static one => Price(one)));
            var cost = prices.Cost(usage);
            Assert.InRange(cost, 0, prices.CostAtMost(usage.Input, usage.Output));
            var more = random.Next(1000);
            Assert.True(prices.Cost(usage with { Input = usage.Input + more }) >= cost);
            Assert.True(prices.Cost(usage with { Output = usage.Output + more }) >= cost);
            var dearer = prices with
            {
                Input = prices.Input + Price(random),
                CachedInput = prices.CachedInput + Price(random),
                AudioOutput = prices.AudioOutput + Price(random),
            };
            Assert.True(dearer.Cost(usage) >= cost);
        }
    }

    [Theory]
    [InlineData(0, "0.04")]
    [InlineData(1, "0.04")]
    [InlineData(3, "0.12")]
    public void By_request_tokens_cost_nothing_and_pictures_are_counted(int images, string cost)
    {
        var prices = new Prices(3, 15) { PerRequest = 0.04m };
        var usage = new Usage(1000, 0, 1000) { Images = images };
        Assert.Equal(cost, Money.ToText(prices.Cost(usage)));
        Assert.Equal(cost, Money.ToText(prices.CostAtMost(1000, 1000, images)));
    }

    [Fact]
    public void Nothing_is_free_unless_its_price_is_zero()
    {
        var usage = new Usage(100, 40, 0) { CacheWrite5m = 10 };
        Assert.Equal(60 / Million, new Prices(1, 1) { CachedInput = 0 }.Cost(usage));
        Assert.Equal(100 / Million, new Prices(1, 1).Cost(usage));
    }

    // Rounded once, at the end: three parts of 0.4 billionths each are one billionth, and not nothing.
    [Fact]
    public void Parts_are_not_rounded_one_by_one() => Assert.Equal(
        0.000000001m,
        new Prices(0.0004m, 0.0004m) { CachedInput = 0.0004m }.Cost(new Usage(2, 1, 1)));

    [Fact]
    public void Absurd_counts_overflow_nothing()
    {
        var most = new Usage(long.MaxValue, long.MaxValue, long.MaxValue) { AudioInput = long.MaxValue };
        var prices = new Prices(1_000_000_000m, 1_000_000_000m);
        Assert.Equal(prices.CostAtMost(long.MaxValue, long.MaxValue), prices.Cost(most));
        Assert.Equal(0, prices.Cost(new Usage(-1, -5, long.MinValue) { CachedAudio = 7, ImageOutput = -3 }));
    }

    private static IEnumerable<Prices> Inputs(decimal one)
    {
        var none = new Prices(0, 0);
        return
        [
            none with { Input = one }, none with { CachedInput = one }, none with { CacheWrite5m = one },
            none with { CacheWrite1h = one }, none with { ImageInput = one }, none with { AudioInput = one },
        ];
    }

    private static IEnumerable<Prices> Outputs(decimal one)
    {
        var none = new Prices(0, 0);
        return [none with { Output = one }, none with { ImageOutput = one }, none with { AudioOutput = one }];
    }

    private static Prices Any(Random random, Func<Random, decimal> price) => new(price(random), price(random))
    {
        CachedInput = price(random),
        CacheWrite5m = price(random),
        CacheWrite1h = price(random),
        ImageInput = price(random),
        AudioInput = price(random),
        ImageOutput = price(random),
        AudioOutput = price(random),
    };

    // Parts may be larger than the whole, as no provider is bound by our arithmetic.
    private static Usage Any(Random random)
    {
        var (input, output) = (Count(random), Count(random));
        return new Usage(input, Count(random) / 2, output)
        {
            CacheWrite5m = Count(random) / 4,
            CacheWrite1h = Count(random) / 4,
            Reasoning = Count(random),
            ImageInput = Count(random) / 4,
            ImageOutput = Count(random) / 4,
            AudioInput = Count(random) / 4,
            AudioOutput = Count(random) / 4,
            CachedImage = Count(random) / 8,
            CachedAudio = Count(random) / 8,
        };
    }

    private static long Count(Random random) => random.Next(4) == 0 ? 0 : random.NextInt64(1_000_000);

    private static decimal Price(Random random) => random.Next(5) == 0 ? 0 : random.NextInt64(1_000_000_000) / Million;
}
