namespace SupplyApi.Features.Gateway;

/// <summary>The models on sale that the key may use, in OpenAI's shape.</summary>
internal static class ListModels
{
    internal sealed record Model(string Id, string Object, long Created, string OwnedBy) : IRow<Model>
    {
        public static Model Read(NpgsqlDataReader row) => new(row.GetString(0), "model", row.GetInt64(1), "supply");
    }

    internal sealed record Response(string Object, IReadOnlyList<Model> Data);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/models", Handle)
        .WithName("listModels");

    private const string List = """
        select package.model, min(extract(epoch from package.published_at))::bigint
          from supply_packages package
          join supply_accounts account on account.id = package.supply_account_id
         where package.status = 'active' and package.expires_at > $1 and account.status = 'active'
           and (cardinality($2::text[]) = 0 or package.model = any($2))
         group by package.model
         order by package.model
        """;

    private static async Task<IResult> Handle(
        KeyHolder key, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var models = await connection.Command(List)
            .With(clock.GetUtcNow()).With(key.AllowedModels)
            .ListAsync<Model>(ct);
        return TypedResults.Ok(new Response("list", models));
    }
}

[JsonSerializable(typeof(ListModels.Response))]
internal sealed partial class ListModelsJson : JsonSerializerContext;
