using Microsoft.AspNetCore.Mvc;
using NpgsqlTypes;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Supply.Accounts;

/// <summary>My accounts, newest first.</summary>
internal static class ListSupplyAccounts
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/accounts", Handle)
        .WithName("listSupplyAccounts");

    private const string Count = """
        select count(*)
          from supply_accounts
         where tenant_id = $1 and deleted_at is null
           and ($2::text is null or status = $2) and ($3::text is null or provider = $3)
        """;

    private const string List = $"""
        select {AccountView.Columns}
          from supply_accounts
         where tenant_id = $1 and deleted_at is null
           and ($2::text is null or status = $2) and ($3::text is null or provider = $3)
         order by id desc
        offset $4 limit $5
        """;

    private static async Task<IResult> Handle(
        string? status, string? provider, string? page, [FromQuery(Name = "page_size")] string? pageSize,
        Caller caller, NpgsqlDataSource db, Providers providers, CancellationToken ct)
    {
        if (status is not (null or "pending" or "active" or "suspended" or "disabled"))
            return Errors.Invalid("status", "status must be pending, active, suspended or disabled.");
        if (provider is not null && !providers.Contains(provider))
            return Errors.Invalid("provider", $"provider must be one of {string.Join(", ", providers.Names)}.");
        if (Page.Read(page, pageSize, out var wanted) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await connection.Command(Count)
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text).WithNullable(provider, NpgsqlDbType.Text)
            .ValueAsync<long>(ct);
        var accounts = await connection.Command(List)
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text).WithNullable(provider, NpgsqlDbType.Text)
            .With(wanted.Offset).With(wanted.Size)
            .ListAsync<AccountView>(ct);
        return TypedResults.Ok(new PagedEnvelope<AccountView>(caller.RequestId, accounts, wanted.Of(total)));
    }
}

[JsonSerializable(typeof(PagedEnvelope<AccountView>))]
internal sealed partial class ListSupplyAccountsJson : JsonSerializerContext;
