using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// What a call has of the wallet, of the package's quota and of the key's: the same amount of each. A channel has no
/// quota, and a key may have none.
/// </summary>
internal sealed class Hold : Coverage
{
    /// <summary>So many tokens before the end of the hold more is asked for, and so many at once.</summary>
    private const long Margin = 256;
    private const long Step = 2048;

    private readonly Leases leases;
    private readonly Prices prices;
    private long covered;
    private Task? growing;
    private bool isSpent;

    internal Hold(Leases leases, Prices prices, Guid id, decimal amount)
    {
        (this.leases, this.prices, Id, Amount) = (leases, prices, id, amount);
        Until = long.MaxValue;
    }

    internal Guid Id { get; }
    internal decimal Amount { get; private set; }
    internal Lease? Wallet { get; set; }
    internal Lease? Package { get; set; }
    internal Lease? ForKey { get; set; }

    /// <summary>The hold covers so much output and no more, unless it grows.</summary>
    internal void Cover(long outputTokens) => (covered, Until) = (outputTokens, Math.Max(0, outputTokens - Margin));

    /// <summary>Asked while there is still something left: the leases have time to be refilled.</summary>
    internal override bool Covers(long outputTokens)
    {
        if (isSpent || growing is { IsCompleted: false }) return outputTokens <= covered;
        var more = Math.Max(0, outputTokens - covered) + Step;
        var cost = prices.CostAtMost(0, more);
        if (cost == 0 || TryExtend(cost)) Cover(covered + more);
        else growing = GrowAsync(more, cost);
        return outputTokens <= covered;
    }

    /// <summary>Nothing changes the hold any more but who waits for this.</summary>
    internal Task GrownAsync() => growing ?? Task.CompletedTask;

    private async Task GrowAsync(long tokens, decimal cost)
    {
        try
        {
            var before = Amount;
            await StretchAsync(cost, CancellationToken.None);
            isSpent = Amount == before;
            covered += (long)(tokens * ((Amount - before) / cost));
            Until = isSpent ? covered : Math.Max(0, covered - Margin);
        }
        catch (Exception error) when (error.IsOfDatabase())
        {
            // The database cannot be asked: the hold ends where it ends.
        }
    }

    /// <summary>Makes the hold larger, by all of the amount or not at all, without waiting.</summary>
    internal bool TryExtend(decimal amount)
    {
        if (!leases.TryTakeMore(Wallet!, amount)) return false;
        if (Package is not null && !leases.TryTakeMore(Package, amount))
        {
            Wallet!.GiveBack(amount);
            return false;
        }

        if (ForKey is not null && !leases.TryTakeMore(ForKey, amount))
        {
            Wallet!.GiveBack(amount);
            Package?.GiveBack(amount);
            return false;
        }

        Amount += amount;
        return true;
    }

    /// <summary>
    /// A call came to more than anybody could have counted: as far as wallet, package and key reach, it is paid.
    /// </summary>
    internal async ValueTask StretchAsync(decimal amount, CancellationToken ct)
    {
        if (TryExtend(amount)) return;

        var ofWallet = await leases.TakeUpToAsync(Wallet!, amount, ct);
        var ofPackage = Package is null ? ofWallet : await leases.TakeUpToAsync(Package, ofWallet, ct);
        var ofKey = ForKey is null ? ofPackage : await leases.TakeUpToAsync(ForKey, ofPackage, ct);
        var reached = Math.Min(ofPackage, ofKey);
        Wallet!.GiveBack(ofWallet - reached);
        Package?.GiveBack(ofPackage - reached);
        ForKey?.GiveBack(ofKey - reached);
        Amount += reached;
    }

    /// <summary>Only what is charged stays taken, until it is posted.</summary>
    internal void Close(decimal charged)
    {
        var rest = Amount - charged;
        Wallet?.GiveBack(rest);
        Package?.GiveBack(rest);
        ForKey?.GiveBack(rest);
        Amount = charged;
    }
}
