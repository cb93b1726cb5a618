namespace SupplyApi.Features.Consumers;

/// <summary>My primary consumer. Where there is none yet, the oldest becomes it.</summary>
internal static class GetPrimaryConsumer
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/primary", Handle)
        .WithName("getPrimaryConsumer");

    private const string Oldest = "select id from consumers where tenant_id = $1 order by id limit 1";

    private static async Task<IResult> Handle(
        Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        if (await PrimaryConsumer.FindAsync(connection, caller, ct) is { } known) return TypedResults.Ok(known);

        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (await PrimaryConsumer.HoldAsync(connection, caller, ct) is { } meanwhile)
            return TypedResults.Ok(meanwhile);
        var oldest = await connection.Command(Oldest).With(caller.TenantId).ValueAsync<long>(ct);
        if (oldest == 0
            || await PrimaryConsumer.MarkAsync(connection, caller, null, oldest, clock.GetUtcNow(), ct) is not { } made)
            return Errors.NoConsumer;

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(made);
    }
}

[JsonSerializable(typeof(ConsumerView))]
internal sealed partial class GetPrimaryConsumerJson : JsonSerializerContext;
