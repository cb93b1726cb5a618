using NpgsqlTypes;

namespace SupplyApi.Features.Consumers;

/// <summary>My consumers, newest first.</summary>
internal static class ListConsumers
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers", Handle)
        .WithName("listConsumers");

    // The database's own order of letters knows no capitals beyond ASCII.
    private const string Which = """
        from consumers
         where tenant_id = $1
           and ($2::text is null or status = $2)
           and ($3::text is null or auth_type = $3)
           and ($4::text is null
                or position(lower($4 collate "und-x-icu") in lower(name collate "und-x-icu")) > 0)
        """;

    private const string Count = $"select count(*) {Which}";

    private const string List = $"select {ConsumerView.Columns} {Which} order by id desc limit $5 offset $6";

    private static async Task<IResult> Handle(
        string? name, string? status, string? authType, string? page, string? size, Caller caller, NpgsqlDataSource db,
        CancellationToken ct)
    {
        if (ConsumerTexts.Check(name, null) is { } nameless) return nameless;
        if (Statuses.Check("status", status) is { } unknown) return unknown;
        if (AuthTypes.Check("authType", authType) is { } other) return other;
        if (Page.Read(page, size, out var at, Page.PlatformSizeMax, "size") is { } beyond) return beyond;

        await using var connection = await db.OpenConnectionAsync(ct);
        var total = await Filtered(connection.Command(Count)).ValueAsync<long>(ct);
        var consumers = await Filtered(connection.Command(List))
            .With(at.Size).With(at.Offset)
            .ListAsync<ConsumerView>(ct);
        return TypedResults.Ok(new ContentPage<ConsumerView>(consumers, at.Number, at.Size, total));

        NpgsqlCommand Filtered(NpgsqlCommand command) => command
            .With(caller.TenantId).WithNullable(status, NpgsqlDbType.Text)
            .WithNullable(authType, NpgsqlDbType.Text).WithNullable(name, NpgsqlDbType.Text);
    }
}

[JsonSerializable(typeof(ContentPage<ConsumerView>))]
internal sealed partial class ListConsumersJson : JsonSerializerContext;
