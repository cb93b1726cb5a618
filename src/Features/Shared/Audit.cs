using System.Globalization;
using System.Text.Json.Nodes;

namespace SupplyApi.Features.Shared;

/// <summary>
/// Who did what to what, written in the transaction of the deed itself. States never hold a credential.
/// </summary>
internal static class Audit
{
    private const string Insert = """
        insert into audit_events (tenant_id, event_id, operator_id, object_type, object_id, action,
                                  before_state, after_state, request_id, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    internal static Task AuditAsync(
        this NpgsqlConnection connection, Caller caller, AuditEntry entry, DateTimeOffset now, CancellationToken ct) =>
        connection.Command(Insert)
            .With(entry.TenantId ?? caller.TenantId).With(Guid.CreateVersion7(now)).With(caller.UserId)
            .With(entry.ObjectType).With(entry.ObjectId).With(entry.Action)
            .WithJson(entry.Before?.ToJsonString()).WithJson(entry.After?.ToJsonString())
            .With(caller.RequestId).With(now)
            .RunAsync(ct);
}

/// <param name="Action">As the supply facts name them: supply.account.create, …</param>
internal sealed record AuditEntry(string Action, string ObjectType, string ObjectId)
{
    internal AuditEntry(string action, string objectType, long objectId)
        : this(action, objectType, objectId.ToString(CultureInfo.InvariantCulture))
    {
    }

    /// <summary>
    /// The owner of the object when it is not the caller: an admin's deed is filed with the tenant it touches.
    /// </summary>
    internal long? TenantId { get; init; }

    internal JsonObject? Before { get; init; }

    internal JsonObject? After { get; init; }
}
