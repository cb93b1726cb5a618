using System.Text.Json.Nodes;
using NpgsqlTypes;
using SupplyApi.Features.Supply.Billing;

namespace SupplyApi.Features.Market;

/// <summary>
/// A subscription locked for a change of its state: whoever comes second finds what the first left. Times are taken
/// after the lock, as the audit log is read in their order.
/// </summary>
/// <param name="SupplierTenantId">Null for whoever is the cheapest.</param>
/// <param name="Status">As it was before; null when there was none.</param>
internal sealed record LockedSubscription(
    long Id, long TenantId, long ConsumerId, long ProductId, long? PackageId, string Model, long? SupplierTenantId,
    string? Status)
    : IRow<LockedSubscription>
{
    private const int ReasonMax = 200;

    /// <summary>Everything that <see cref="Read"/> takes; the WHERE says whose it must be.</summary>
    internal const string Select = """
        select subscription.id, subscription.tenant_id, subscription.consumer_id, subscription.product_id,
               subscription.package_id, product.model, subscription.supplier_tenant_id, subscription.status
          from subscriptions subscription
          join products product on product.id = subscription.product_id
        """;

    private const string LockOfConsumer = $"""
        {Select}
         where subscription.id = $1 and subscription.consumer_id = $2 and subscription.tenant_id = $3
           for update of subscription
        """;

    private const string LockOpen = $"""
        {Select}
         where subscription.consumer_id = $1 and subscription.status in ('PENDING', 'ACTIVE')
         order by subscription.id
           for update of subscription
        """;

    private const string LockOfSupplier = $"""
        {Select}
         where subscription.id = $1 and subscription.supplier_tenant_id = $2
           for update of subscription
        """;

    private const string LockAny = $"""
        {Select}
         where subscription.id = $1
           for update of subscription
        """;

    // Its time is over, and the worker has not come round yet.
    private const string LockOverdue = $"""
        {Select}
         where subscription.consumer_id = $1 and subscription.tenant_id = $2 and subscription.product_id = $3
           and subscription.status = 'ACTIVE' and subscription.expires_at <= $4
           for update of subscription
        """;

    private const string Activate = $"""
        update subscriptions subscription
           set status = 'ACTIVE', activated_at = $1, updated_at = $1,
               (expires_at, agreed_input_price, agreed_output_price) = (
                 select {Plan.EndsAt}, package.price_per_1m_input, package.price_per_1m_output
                   from supply_packages package
                  where package.id = subscription.package_id)
         where id = $2
           and (package_id is null
                or exists (select 1 from supply_packages package
                            where package.id = subscription.package_id and {Offers.IsPackageOnSale}))
        """;

    private const string End = """
        update subscriptions set status = $2, reason = $3, updated_at = $4 where id = $1
        """;

    public static LockedSubscription Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.ValueOrNull<long>(4),
        row.GetString(5), row.ValueOrNull<long>(6), row.GetString(7));

    internal static Task<LockedSubscription?> OfConsumerAsync(
        NpgsqlConnection connection, long id, long consumerId, Caller caller, CancellationToken ct) =>
        connection.Command(LockOfConsumer)
            .With(id).With(consumerId).With(caller.TenantId)
            .OneAsync<LockedSubscription>(ct);

    internal static Task<LockedSubscription?> OfSupplierAsync(
        NpgsqlConnection connection, long id, Caller caller, CancellationToken ct) =>
        connection.Command(LockOfSupplier).With(id).With(caller.TenantId).OneAsync<LockedSubscription>(ct);

    internal static Task<LockedSubscription?> AnyAsync(NpgsqlConnection connection, long id, CancellationToken ct) =>
        connection.Command(LockAny).With(id).OneAsync<LockedSubscription>(ct);

    /// <summary>Nobody waits for the worker to subscribe again.</summary>
    internal static async Task ExpireOverdueAsync(
        NpgsqlConnection connection, long consumerId, long productId, Caller caller, DateTimeOffset now,
        CancellationToken ct)
    {
        var overdue = await connection.Command(LockOverdue)
            .With(consumerId).With(caller.TenantId).With(productId).With(now)
            .OneAsync<LockedSubscription>(ct);
        if (overdue is not null) await overdue.EndAsync(connection, caller, "expire", "EXPIRED", null, now, ct);
    }

    /// <summary>Null when the reason of a rejection says something; else what is wrong with it.</summary>
    internal static Refusal? CheckReason(string reason) =>
        reason.Length > ReasonMax || string.IsNullOrWhiteSpace(reason)
            ? Errors.Invalid("reason", $"reason must have 1 to {ReasonMax} characters and say something.")
            : null;

    /// <summary>PENDING becomes ACTIVE; null when it did.</summary>
    internal async Task<Refusal?> ApproveAsync(
        NpgsqlConnection connection, Caller caller, DateTimeOffset now, CancellationToken ct)
    {
        if (Status != "PENDING") return Errors.SubscriptionState(Status!, "approved");
        if (await connection.Command(Activate).With(now).With(Id).RunAsync(ct) == 0) return Errors.PlanNotOnSale;
        await OrderCount.AddAsync(connection, Id, now, ct);
        await RecordAsync(connection, caller, "approve", "ACTIVE", null, now, ct);
        return null;
    }

    /// <summary>PENDING becomes INACTIVE; null when it did.</summary>
    internal async Task<Refusal?> RejectAsync(
        NpgsqlConnection connection, Caller caller, string reason, DateTimeOffset now, CancellationToken ct)
    {
        if (Status != "PENDING") return Errors.SubscriptionState(Status!, "rejected");
        await EndAsync(connection, caller, "reject", "INACTIVE", reason, now, ct);
        return null;
    }

    /// <summary>PENDING or ACTIVE becomes INACTIVE by the owner's own wish; null when it did.</summary>
    internal async Task<Refusal?> CancelAsync(
        NpgsqlConnection connection, Caller caller, DateTimeOffset now, CancellationToken ct)
    {
        if (Status is not ("PENDING" or "ACTIVE")) return Errors.SubscriptionState(Status!, "cancelled");
        await EndAsync(connection, caller, "cancel", "INACTIVE", "cancelled", now, ct);
        return null;
    }

    /// <summary>The same for all that a consumer has which goes away.</summary>
    internal static async Task CancelAllAsync(
        NpgsqlConnection connection, long consumerId, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var open = await connection.Command(LockOpen).With(consumerId).ListAsync<LockedSubscription>(ct);
        var now = clock.GetUtcNow();
        foreach (var one in open) await one.CancelAsync(connection, caller, now, ct);
    }

    private async Task EndAsync(
        NpgsqlConnection connection, Caller caller, string deed, string status, string? reason, DateTimeOffset now,
        CancellationToken ct)
    {
        await connection.Command(End)
            .With(Id).With(status).WithNullable(reason, NpgsqlDbType.Text).With(now)
            .RunAsync(ct);
        await RecordAsync(connection, caller, deed, status, reason, now, ct);
    }

    /// <summary>The audit row and the event that every change of state leaves behind.</summary>
    internal async Task RecordAsync(
        NpgsqlConnection connection, Caller caller, string deed, string status, string? reason, DateTimeOffset now,
        CancellationToken ct)
    {
        var entry = new AuditEntry($"supply.subscription.{deed}", "subscription", Id)
        {
            TenantId = TenantId,
            Before = Status is null ? null : new() { ["status"] = Status },
            After = new() { ["status"] = status },
        };
        if (reason is not null) entry.After["reason"] = reason;
        await connection.AuditAsync(caller, entry, now, ct);
        var payload = new JsonObject
        {
            ["subscription_id"] = Id,
            ["consumer_id"] = ConsumerId,
            ["supplier_tenant_id"] = SupplierTenantId,
            ["product_id"] = ProductId,
            ["package_id"] = PackageId,
            ["model"] = Model,
            ["status"] = status,
        };
        await connection.AnnounceAsync(TenantId, $"supply.subscription.{deed}.success", payload, now, ct);
    }
}
