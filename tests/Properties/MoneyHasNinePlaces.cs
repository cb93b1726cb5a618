using System.Globalization;
using System.Numerics;
using SupplyApi.Features.Shared;

namespace SupplyApi.Tests.Properties;

/// <summary>The one rounding rule, and the one way to write an amount.</summary>
public sealed class MoneyHasNinePlaces
{
    private const int Turns = 20_000;

    [Theory]
    [InlineData("0.0000000005", "0")]
    [InlineData("0.0000000015", "0.000000002")]
    [InlineData("0.0000000025", "0.000000002")]
    [InlineData("0.00000000250000001", "0.000000003")]
    [InlineData("0.00000000149999999", "0.000000001")]
    [InlineData("-0.0000000015", "-0.000000002")]
    [InlineData("-0.0000000025", "-0.000000002")]
    [InlineData("1.9999999995", "2")]
    [InlineData("999999999999998.9999999995", "999999999999999")]
    public void A_half_goes_to_the_even_neighbour(string amount, string rounded) =>
        Assert.Equal(rounded, Money.ToText(Money.Round(Decimal(amount))));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Rounding_agrees_with_whole_numbers(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < Turns; turn++)
        {
            var places = random.Next(Money.Places + 1, 19);
            var step = (long)BigInteger.Pow(10, places - Money.Places);
            var units = random.NextInt64(-1_000_000_000_000_000_000, 1_000_000_000_000_000_000);
            // Every other amount is an exact half: chance alone would hardly ever make one.
            if (turn % 2 == 0) units = (units / step * step) + (step / 2);

            Assert.Equal(HalfEven(units, step), Money.Round(Amount(units, places)) * 1_000_000_000m);
        }
    }

    [Theory]
    [InlineData("12.500000000", "12.5")]
    [InlineData("100", "100")]
    [InlineData("1000000.000000000", "1000000")]
    [InlineData("0.000000001", "0.000000001")]
    [InlineData("0.000000000", "0")]
    [InlineData("-0.000000000", "0")]
    [InlineData("-0.10", "-0.1")]
    [InlineData("999999999999999.999999999", "999999999999999.999999999")]
    public void Text_has_no_zeros_to_spare(string amount, string text) =>
        Assert.Equal(text, Money.ToText(Decimal(amount)));

    [Theory]
    [InlineData(3)]
    public void Text_is_the_amount_whatever_the_culture(int seed)
    {
        var before = CultureInfo.CurrentCulture;
        var elsewhere = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        elsewhere.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = elsewhere;
        try
        {
            var random = new Random(seed);
            for (var turn = 0; turn < Turns; turn++)
            {
                var units = random.NextInt64(long.MinValue + 1, long.MaxValue);
                var amount = Amount(units, random.Next(Money.Places + 1));
                var text = Money.ToText(amount);
                Assert.Equal(amount, Decimal(text));
                Assert.Matches(@"^-?\d+(\.\d*[1-9])?$", text);
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(4)]
    public void Tokens_cost_the_same_in_one_part_or_in_two(int seed)
    {
        var random = new Random(seed);
        for (var turn = 0; turn < Turns; turn++)
        {
            var price = Amount(random.NextInt64(1_000_000_000_000), 6);
            var (first, second) = (random.NextInt64(10_000_000), random.NextInt64(10_000_000));
            Assert.Equal(
                Money.PerTokens(first + second, price),
                Money.PerTokens(first, price) + Money.PerTokens(second, price));
        }
    }

    [Theory]
    [InlineData("1.000000000", 0, true)]
    [InlineData("1.000000001", 9, true)]
    [InlineData("1.0000000010", 9, true)]
    [InlineData("1.0000000001", 9, false)]
    [InlineData("0.0000001", 6, false)]
    public void Places_are_counted_without_trailing_zeros(string amount, int places, bool has) =>
        Assert.Equal(has, Money.HasAtMostPlaces(Decimal(amount), places));

    private static decimal HalfEven(BigInteger units, BigInteger step)
    {
        var whole = BigInteger.DivRem(BigInteger.Abs(units), step, out var rest);
        var twice = rest * 2;
        if (twice > step || (twice == step && !whole.IsEven)) whole++;
        return (decimal)(units.Sign * whole);
    }

    private static decimal Amount(long units, int places)
    {
        var size = (ulong)Math.Abs(units);
        return new decimal((int)size, (int)(size >> 32), 0, units < 0, (byte)places);
    }

    private static decimal Decimal(string text) =>
        decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
