using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using SupplyApi.Features.Gateway.Callers;
using Subscriber = SupplyApi.Features.Gateway.Callers.Subscriber;

namespace SupplyApi.Tests.Properties;

/// <summary>What is told of a caller is never lost, at whatever moment of its being looked up.</summary>
public sealed class CallersAreForgotten
{
    private const long Id = 7;
    private static readonly KeyHash Hash = new(1, 2, 3, 4);
    private static readonly KeyHolder OfKey = new(Id, 1, 1, [], [], 0);
    private static readonly KeyHolder OfConsumer = OfKey with
    {
        KeyId = 0,
        Subscriber = new Subscriber(
            Id, 8, null, null, 0, DateTimeOffset.MaxValue, FrozenDictionary<string, Plan>.Empty),
    };

    public static TheoryData<string, bool> Moments => new(
        from deed in (string[])["changed", "missed"]
        from isConsumer in (bool[])[false, true]
        select (deed, isConsumer));

    [Theory]
    [MemberData(nameof(Moments))]
    public void Before_it_is_put_in(string deed, bool isConsumer)
    {
        var cache = new CallerCache(10);
        var told = cache.Told;
        Tell(cache, deed, isConsumer);
        cache.Keep(Hash, isConsumer ? OfConsumer : OfKey, 0, told);

        Assert.False(IsBelieved(cache));
    }

    // The comparison is what a dictionary does last before something is in it.
    [Theory]
    [MemberData(nameof(Moments))]
    public void While_it_is_put_in(string deed, bool isConsumer)
    {
        var moment = new Moment();
        var cache = new CallerCache(10, moment);
        var told = cache.Told;
        moment.Deed = () => Tell(cache, deed, isConsumer);
        cache.Keep(Hash, isConsumer ? OfConsumer : OfKey, 0, told);

        Assert.Null(moment.Deed);
        Assert.False(IsBelieved(cache));
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public void After_it_was_put_in(string deed, bool isConsumer)
    {
        var cache = new CallerCache(10);
        cache.Keep(Hash, isConsumer ? OfConsumer : OfKey, 0, cache.Told);
        Assert.True(IsBelieved(cache));
        Tell(cache, deed, isConsumer);

        Assert.False(IsBelieved(cache));
    }

    [Fact]
    public void What_is_told_of_others_leaves_it_as_it_is()
    {
        var cache = new CallerCache(10);
        cache.Keep(Hash, OfConsumer, 0, cache.Told);
        cache.ForgetConsumer(Id + 1);
        cache.ForgetKey(Id);

        Assert.True(IsBelieved(cache));
    }

    private static bool IsBelieved(CallerCache cache) =>
        cache.TryFind(Hash, out var found) && found.IsUnchanged && cache.IsCertain(found);

    private static void Tell(CallerCache cache, string deed, bool isConsumer)
    {
        if (deed == "missed") cache.Doubt();
        else if (isConsumer) cache.ForgetConsumer(Id);
        else cache.ForgetKey(Id);
    }

    private sealed class Moment : IEqualityComparer<KeyHash>
    {
        internal Action? Deed { get; set; }

        public bool Equals(KeyHash x, KeyHash y) => x == y;

        public int GetHashCode([DisallowNull] KeyHash obj)
        {
            var deed = Deed;
            Deed = null;
            deed?.Invoke();
            return obj.GetHashCode();
        }
    }
}
