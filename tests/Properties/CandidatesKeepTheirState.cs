using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>Places, minutes, pauses and breakers by a clock that the test holds; times are in milliseconds.</summary>
public sealed class CandidatesKeepTheirState
{
    private const long Start = 5_000_000;
    private readonly CandidateState state = new();
    private long now = Start;

    [Fact]
    public void So_many_at_once_and_a_place_is_free_again()
    {
        Assert.Equal(Obstacle.None, Enter(atOnce: 2).Obstacle);
        Assert.Equal(Obstacle.None, Enter(atOnce: 2).Obstacle);
        Assert.Equal(new Entry(Obstacle.Slots, 1_000), Enter(atOnce: 2));
        Leave(Failure.None);
        Assert.Equal(Obstacle.None, Enter(atOnce: 2).Obstacle);
        state.Withdraw(isProbe: false);
        Assert.Equal(Obstacle.None, Enter(atOnce: 2).Obstacle);
        Assert.Equal(Obstacle.None, Enter(atOnce: 0).Obstacle);
    }

    [Fact]
    public void So_many_in_a_minute_and_the_wait_is_true()
    {
        Call(Failure.None, inAMinute: 2);
        now += 20_000;
        Call(Failure.None, inAMinute: 2);
        now += 10_000;
        Assert.Equal(new Entry(Obstacle.Rate, 30_000), Enter(inAMinute: 2));
        now += 29_999;
        Assert.Equal(new Entry(Obstacle.Rate, 1), Enter(inAMinute: 2));
        now += 1;
        Call(Failure.None, inAMinute: 2);
        Assert.Equal(Obstacle.None, Enter(inAMinute: 2).Obstacle);
        state.Withdraw(isProbe: false);
        Assert.Equal(Obstacle.None, Enter(inAMinute: 2).Obstacle);
        Assert.Equal(Obstacle.Rate, Enter(inAMinute: 2).Obstacle);
    }

    [Fact]
    public void Busy_for_exactly_as_long_as_was_told_and_no_failure()
    {
        for (var time = 0; time < 10; time++)
        {
            Call(Failure.Busy, wait: 7);
            Assert.Equal(new Entry(Obstacle.Busy, 7_000), Enter());
            now += 6_999;
            Assert.Equal(new Entry(Obstacle.Busy, 1), Enter());
            now += 1;
        }

        Call(Failure.None);
    }

    [Theory]
    [InlineData(nameof(Failure.Upstream), true)]
    [InlineData(nameof(Failure.Supplier), true)]
    [InlineData(nameof(Failure.Caller), false)]
    [InlineData(nameof(Failure.None), false)]
    public void Five_failures_in_a_row_open_it(string failure, bool opens)
    {
        for (var time = 0; time < 5; time++) Call(Enum.Parse<Failure>(failure));
        Assert.Equal(opens ? new Entry(Obstacle.Breaker, 5_000) : new Entry(Obstacle.None, 0), Enter());
    }

    [Fact]
    public void Half_of_twenty_failures_open_it_but_not_of_nineteen_nor_when_they_are_old()
    {
        for (var pair = 0; pair < 9; pair++) Pair();
        Call(Failure.None);
        now += 31_000;
        for (var pair = 0; pair < 9; pair++) Pair();
        Call(Failure.None);
        Assert.Equal(Obstacle.None, Enter().Obstacle);
        Leave(Failure.Upstream);
        Assert.Equal(new Entry(Obstacle.Breaker, 5_000), Enter());

        void Pair()
        {
            Call(Failure.Upstream);
            Call(Failure.None);
            now += 100;
        }
    }

    [Fact]
    public void One_probe_at_a_time_and_pauses_that_double_up_to_a_minute()
    {
        for (var time = 0; time < 5; time++) Call(Failure.Upstream);
        foreach (var seconds in (long[])[5, 10, 20, 40, 60, 60])
        {
            Assert.Equal(new Entry(Obstacle.Breaker, seconds * 1_000), Enter());
            now += seconds * 1_000;
            Assert.Equal(new Entry(Obstacle.None, 0) { IsProbe = true }, Enter());
            Assert.Equal(Obstacle.Breaker, Enter().Obstacle);
            Assert.Equal(Obstacle.Breaker, Enter().Obstacle);
            Leave(Failure.Upstream, isProbe: true);
        }

        now += 60_000;
        Assert.True(Enter().IsProbe);
        Leave(Failure.None, isProbe: true);
        for (var time = 0; time < 5; time++)
        {
            Assert.Equal(new Entry(Obstacle.None, 0), Enter());
            Leave(Failure.Upstream);
        }

        Assert.Equal(new Entry(Obstacle.Breaker, 5_000), Enter());
    }

    [Theory]
    [InlineData(nameof(Failure.Caller))]
    [InlineData(nameof(Failure.Busy))]
    public void A_probe_that_says_nothing_leaves_it_to_the_next(string failure)
    {
        for (var time = 0; time < 5; time++) Call(Failure.Upstream);
        now += 5_000;
        Assert.True(Enter().IsProbe);
        Leave(Enum.Parse<Failure>(failure), isProbe: true);
        Assert.True(Enter().IsProbe);
        state.Withdraw(isProbe: true);
        Assert.True(Enter().IsProbe);
    }

    [Fact]
    public void What_began_before_it_opened_does_not_close_it()
    {
        Assert.False(Enter().IsProbe);
        for (var time = 0; time < 5; time++) Call(Failure.Upstream);
        Leave(Failure.None);
        Assert.Equal(new Entry(Obstacle.Breaker, 5_000), Enter());
    }

    private Entry Enter(int atOnce = 0, int inAMinute = 0) => state.Enter(atOnce, inAMinute, now);

    private void Leave(Failure failure, bool isProbe = false, int wait = 0) =>
        state.Leave(failure, isProbe, TimeSpan.FromSeconds(wait), now);

    private void Call(Failure failure, int inAMinute = 0, int wait = 0)
    {
        Assert.Equal(Obstacle.None, Enter(inAMinute: inAMinute).Obstacle);
        Leave(failure, wait: wait);
    }
}
