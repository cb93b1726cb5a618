namespace SupplyApi.Features.Consumers;

/// <summary>The credentials of one of my consumers, newest first, and nothing that they open with.</summary>
internal static class ListCredentials
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/{consumerId}/credentials", Handle)
        .WithName("listCredentials");

    private const string Count = """
        select count(*) from consumer_credentials where consumer_id = $1 and tenant_id = $2
        """;

    private const string List = $"""
        select {CredentialView.Columns}
          from consumer_credentials
         where consumer_id = $2 and tenant_id = $3
         order by id desc
         limit $4 offset $5
        """;

    private static async Task<IResult> Handle(
        string consumerId, string? page, string? size, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (Page.Read(page, size, out var at, Page.PlatformSizeMax, "size") is { } beyond) return beyond;
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        if (await connection.Command(ConsumerView.Find).With(id).With(caller.TenantId)
            .OneAsync<ConsumerView>(ct) is null)
            return Errors.NotFound("consumer");
        var total = await connection.Command(Count).With(id).With(caller.TenantId).ValueAsync<long>(ct);
        var credentials = await connection.Command(List)
            .With(clock.GetUtcNow()).With(id).With(caller.TenantId).With(at.Size).With(at.Offset)
            .ListAsync<CredentialView>(ct);
        return TypedResults.Ok(new ContentPage<CredentialView>(credentials, at.Number, at.Size, total));
    }
}

[JsonSerializable(typeof(ContentPage<CredentialView>))]
internal sealed partial class ListCredentialsJson : JsonSerializerContext;
