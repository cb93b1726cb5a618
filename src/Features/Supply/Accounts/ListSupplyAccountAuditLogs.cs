namespace SupplyApi.Features.Supply.Accounts;

/// <summary>Who did what to an account, newest first. Looking is itself on record.</summary>
internal static class ListSupplyAccountAuditLogs
{
    internal sealed record Response(
        string EventId, long OperatorId, long TenantId, string ObjectType, string ObjectId, string Action,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? BeforeState,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? AfterState,
        string RequestId, DateTime CreatedAt) : IRow<Response>
    {
        public static Response Read(NpgsqlDataReader row) => new(
            row.GetGuid(0).ToString(), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4),
            row.GetString(5), State(row.TextOrNull(6)), State(row.TextOrNull(7)), row.GetString(8), row.GetDateTime(9));

        private static JsonElement? State(string? json) => json is null ? null : JsonDocument.Parse(json).RootElement;
    }

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/accounts/{accountId:long}/audit-logs", Handle)
        .WithName("listSupplyAccountAuditLogs");

    private const string Exists = """
        select exists (select 1 from supply_accounts where id = $1 and tenant_id = $2 and deleted_at is null)
        """;

    private const string Count = """
        select count(*)
          from audit_events
         where tenant_id = $1 and object_type = 'supply_account' and object_id = $2::bigint::text
        """;

    private const string List = """
        select event_id, operator_id, tenant_id, object_type, object_id, action, before_state, after_state, request_id,
               created_at
          from audit_events
         where tenant_id = $1 and object_type = 'supply_account' and object_id = $2::bigint::text
         order by created_at desc, event_id desc
        offset $3 limit $4
        """;

    private static async Task<IResult> Handle(
        long accountId, string? page, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Page.Read(page, pageSize, out var wanted) is { } invalid) return invalid;
        await using var connection = await db.OpenConnectionAsync(ct);
        if (!await connection.Command(Exists).With(accountId).With(caller.TenantId).ValueAsync<bool>(ct))
            return Errors.NotFound("account");

        var total = await connection.Command(Count).With(caller.TenantId).With(accountId).ValueAsync<long>(ct);
        var events = await connection.Command(List)
            .With(caller.TenantId).With(accountId).With(wanted.Offset).With(wanted.Size)
            .ListAsync<Response>(ct);
        await connection.AuditAsync(
            caller, new AuditEntry("supply.account.audit.view", "supply_account", accountId), clock.GetUtcNow(), ct);
        return TypedResults.Ok(new PagedEnvelope<Response>(caller.RequestId, events, wanted.Of(total)));
    }
}

[JsonSerializable(typeof(PagedEnvelope<ListSupplyAccountAuditLogs.Response>))]
internal sealed partial class ListSupplyAccountAuditLogsJson : JsonSerializerContext;
