using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Supply.Earnings;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>Calls that are posted together, added up by what they change.</summary>
internal sealed class Batch
{
    internal Batch(List<CallRecord> calls)
    {
        Earnings.EnsureCapacity(calls.Count);
        foreach (var call in calls) Add(call);
        foreach (var (tenantId, amount) in wallets) Legs.Add(new Leg(tenantId, Ledger.Held, -amount));
        foreach (var (tenantId, amount) in earned) Legs.Add(new Leg(tenantId, Ledger.EarningsPending, amount));
        foreach (var (tenantId, amount) in fees) Legs.Add(new Leg(tenantId, Ledger.PlatformFee, amount));
    }

    private readonly Dictionary<long, decimal> wallets = [];
    private readonly Dictionary<long, decimal> earned = [];
    private readonly Dictionary<long, decimal> fees = [];

    /// <summary>Package to what was charged on it.</summary>
    internal SortedDictionary<long, decimal> Packages { get; } = [];

    internal SortedDictionary<long, KeyUse> Keys { get; } = [];

    /// <summary>Consumers' credentials, and when each was last used.</summary>
    internal SortedDictionary<long, DateTimeOffset> Credentials { get; } = [];

    internal Dictionary<LeaseKey, decimal> Leases { get; } = [];

    internal List<CallEarning> Earnings { get; } = [];

    internal List<Leg> Legs { get; } = [];

    /// <summary>What the calls have of each lease.</summary>
    internal static Dictionary<LeaseKey, decimal> LeasesOf(List<CallRecord> calls)
    {
        var leases = new Dictionary<LeaseKey, decimal>();
        foreach (var call in calls) AddLeases(leases, call);
        return leases;
    }

    private static void AddLeases(Dictionary<LeaseKey, decimal> leases, in CallRecord call)
    {
        AddTo(leases, new LeaseKey(LeaseKind.Wallet, call.TenantId), call.Charged);
        if (call.KeyHasQuota) AddTo(leases, new LeaseKey(LeaseKind.Key, call.KeyId), call.Charged);
        if (call.Source == Source.Package) AddTo(leases, new LeaseKey(LeaseKind.Package, call.SourceId), call.Charged);
    }

    private void Add(in CallRecord call)
    {
        AddTo(wallets, call.TenantId, call.Charged);
        AddTo(earned, call.SupplierTenantId, call.Earned);
        AddTo(fees, call.SupplierTenantId, call.Fee);
        AddLeases(Leases, call);
        if (call.Source == Source.Package && call.Charged > 0)
            Packages[call.SourceId] = Packages.GetValueOrDefault(call.SourceId) + call.Charged;

        if (call.ConsumerId == 0) Keys[call.KeyId] = Keys.GetValueOrDefault(call.KeyId).With(call);
        else if (call.At > Credentials.GetValueOrDefault(call.CredentialId)) Credentials[call.CredentialId] = call.At;
        if (call.Source == Source.Package && call.Ending != Ending.ClientLeftBeforeFirstByte)
            Earnings.Add(new CallEarning(
                call.Id, call.SupplierTenantId, call.SupplierUserId, call.Provider, call.Model, call.At,
                new Turnover(
                    call.Charged, call.Fee, call.Earned, call.Usage.Input + call.Usage.Output, Requests: 1,
                    Successes: call.IsSuccess ? 1 : 0)));
    }

    private static void AddTo<TKey>(Dictionary<TKey, decimal> sums, TKey key, decimal amount) where TKey : notnull
    {
        if (amount != 0) sums[key] = sums.GetValueOrDefault(key) + amount;
    }
}

/// <summary>What calls add to the counters of their key.</summary>
internal readonly record struct KeyUse(
    decimal Charged, decimal OfLease, long Requests, long Input, long Output, long CachedInput, DateTimeOffset LastAt)
{
    internal KeyUse With(in CallRecord call) => new(
        Charged + call.Charged, OfLease + (call.KeyHasQuota ? call.Charged : 0),
        Requests + (call.Basis == Basis.None ? 0 : 1), Input + call.Usage.Input, Output + call.Usage.Output,
        CachedInput + call.Usage.CachedInput, call.At > LastAt ? call.At : LastAt);
}
