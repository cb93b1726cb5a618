using System.Runtime.InteropServices;
using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Charging;

/// <summary>
/// Calls of a node that was believed dead: its leases may have gone back to their accounts. What the calls cost is
/// taken from there again; what an account has not got any more is nobody's, and the call is charged less.
/// </summary>
internal static class LateCalls
{
    /// <summary>False: somebody else moved the money meanwhile: once more, then.</summary>
    internal static async Task<bool> CoverAsync(
        NpgsqlDataSource db, LeaseRows rows, List<CallRecord> calls, long nodeId, CancellationToken ct)
    {
        // A transaction of its own: what it takes waits in the node's leases, and its locks are gone at the posting.
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var left = new Dictionary<LeaseKey, decimal>();
        foreach (var (key, amount) in Batch.LeasesOf(calls)
            .OrderBy(static one => one.Key.Kind == LeaseKind.Wallet)
            .ThenBy(static one => one.Key.Kind).ThenBy(static one => one.Key.OwnerId))
        {
            var has = await LeaseRows.LockAsync(connection, key, nodeId, ct);
            if (has < amount)
            {
                if (await rows.TakeAsync(connection, key, nodeId, 0, amount - has, ct) is not { } taken) return false;
                has += taken;
            }

            left[key] = has;
        }

        await transaction.CommitAsync(ct);
        foreach (ref var call in CollectionsMarshal.AsSpan(calls)) call = Reduced(call, left);
        return true;
    }

    private static CallRecord Reduced(in CallRecord call, Dictionary<LeaseKey, decimal> left)
    {
        if (call.Charged == 0) return call;

        Span<LeaseKey> keys =
        [
            new(LeaseKind.Wallet, call.TenantId), new(LeaseKind.Key, call.KeyId), new(LeaseKind.Package, call.SourceId),
        ];
        var charged = call.Charged;
        foreach (var key in keys)
        {
            if (IsOf(call, key)) charged = Math.Min(charged, left[key]);
        }

        foreach (var key in keys)
        {
            if (IsOf(call, key)) left[key] -= charged;
        }

        return charged == call.Charged
            ? call
            : call with { Charged = charged, Fee = Money.Round(charged * call.Fee / call.Charged) };
    }

    private static bool IsOf(in CallRecord call, LeaseKey key) => key.Kind switch
    {
        LeaseKind.Key => call.KeyHasQuota,
        LeaseKind.Package => call.Source == Source.Package,
        _ => true,
    };
}
