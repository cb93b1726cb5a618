namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// What a call has of the wallet, of the package's quota and of the key's: the same amount of each. A channel has no
/// quota, and a key may have none.
/// </summary>
internal sealed class Hold
{
    private readonly Leases leases;

    internal Hold(Leases leases, Guid id, decimal amount) => (this.leases, Id, Amount) = (leases, id, amount);

    internal Guid Id { get; }
    internal decimal Amount { get; private set; }
    internal Lease? Wallet { get; set; }
    internal Lease? Package { get; set; }
    internal Lease? ForKey { get; set; }

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
