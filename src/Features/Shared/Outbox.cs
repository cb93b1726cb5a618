using System.Text.Json.Nodes;

namespace SupplyApi.Features.Shared;

/// <summary>"Tell others after the commit", written in the transaction that makes it true.</summary>
internal static class Outbox
{
    private const string Insert = """
        insert into outbox_events (tenant_id, event_id, name, payload, created_at, next_attempt_at)
        values ($1, $2, $3, $4, $5, $5)
        """;

    /// <param name="name">supply.{domain}.{action}.{result}</param>
    internal static Task AnnounceAsync(
        this NpgsqlConnection connection, long tenantId, string name, JsonObject payload, DateTimeOffset now,
        CancellationToken ct) =>
        connection.Command(Insert)
            .With(tenantId).With(Guid.CreateVersion7(now)).With(name).WithJson(payload.ToJsonString()).With(now)
            .RunAsync(ct);
}
