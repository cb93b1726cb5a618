namespace SupplyApi.Features.Consumers;

/// <summary>One of my consumers.</summary>
internal static class GetConsumer
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/{consumerId}", Handle)
        .WithName("getConsumer");

    private static async Task<IResult> Handle(
        string consumerId, Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var id)) return Errors.NotFound("consumer");

        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(ConsumerView.Find).With(id).With(caller.TenantId)
            .OneAsync<ConsumerView>(ct) is { } consumer
            ? TypedResults.Ok(consumer)
            : Errors.NotFound("consumer");
    }
}

[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class GetConsumerJson : JsonSerializerContext;
