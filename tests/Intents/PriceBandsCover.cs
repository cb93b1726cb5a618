using SupplyApi.Features.Intents;

namespace SupplyApi.Tests.Intents;

/// <summary>Every price is in one band, and a range's bands and what is left of it are the whole range.</summary>
public sealed class PriceBandsCover
{
    private const int Turns = 20_000;
    private const long CentsMax = 999_999_999_999;

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void All_prices(int seed, bool isFine)
    {
        var (random, bands) = (new Random(seed), isFine ? PriceBands.Fine : PriceBands.Coarse);
        for (var turn = 0; turn < Turns; turn++)
        {
            var cents = turn < 1000 ? turn + 1 : Cents(random);
            var band = bands.Of(cents);
            var (first, last) = (bands.First(band), bands.Last(band));
            Assert.InRange(cents, first, last);
            Assert.Equal((band, band), (bands.Of(first), bands.Of(last)));
            Assert.NotEqual(band, bands.Of(last + 1));
            Assert.Equal(bands.First(bands.Of(last + 1)), last + 1);
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void All_of_a_range(int seed, bool isFine)
    {
        var (random, bands) = (new Random(seed), isFine ? PriceBands.Fine : PriceBands.Coarse);
        for (var turn = 0; turn < Turns; turn++)
        {
            var (one, two) = (Cents(random), Cents(random));
            var range = new PriceRange(Math.Min(one, two), Math.Max(one, two));
            var (first, last, below, above) = range.Split(bands);

            // In this order, without a gap and without one price twice.
            var next = range.Min;
            if (!below.IsEmpty) next = After(below);
            for (var band = first; band <= last; band++)
            {
                // No price has a number that begins with a zero, and one cent has no fine bands beside it.
                if (isFine ? band % 100 < 10 : band % 10 < 1) continue;
                if (bands.Of(bands.First(band)) != band) continue;
                Assert.Equal(next, bands.First(band));
                next = bands.Last(band) + 1;
            }

            if (!above.IsEmpty) next = After(above);
            Assert.Equal(range.Max + 1, next);

            long After(PriceRange part)
            {
                Assert.Equal(next, part.Min);
                return part.Max + 1;
            }
        }
    }

    private static long Cents(Random random) =>
        Math.Min(CentsMax, 1 + (long)Math.Pow(10, random.NextDouble() * 12) + random.Next(3));
}
