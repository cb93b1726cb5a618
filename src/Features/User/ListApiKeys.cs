namespace SupplyApi.Features.User;

/// <summary>My keys, newest first.</summary>
internal static class ListApiKeys
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api-keys", Handle)
        .WithName("listApiKeys");

    private const string List = $"""
        select {ApiKeyView.Columns}
          from api_keys
         where tenant_id = $1 and user_id = $2
         order by id desc
        """;

    private static async Task<IResult> Handle(Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return TypedResults.Ok(await connection.Command(List)
            .With(caller.TenantId).With(caller.UserId)
            .ListAsync<ApiKeyView>(ct));
    }
}

[JsonSerializable(typeof(List<ApiKeyView>))]
internal sealed partial class ListApiKeysJson : JsonSerializerContext;
