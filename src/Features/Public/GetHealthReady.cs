namespace SupplyApi.Features.Public;

/// <summary>For the load balancer: send calls here only while this is 200.</summary>
internal static class GetHealthReady
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    internal sealed record Response([property: JsonPropertyName("status")] string Status);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/health/ready", Handle)
        .WithName("getHealthReady");

    private const string Ask = "select 1";

    private static async Task<IResult> Handle(NpgsqlDataSource db, Drain drain, CancellationToken ct)
    {
        if (drain.Started) return NotReady("draining");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            await using var connection = await db.OpenConnectionAsync(limit.Token);
            await connection.Command(Ask).ValueAsync<int>(limit.Token);
            return TypedResults.Ok(new Response("ready"));
        }
        catch (Exception error)
            when (error is NpgsqlException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return NotReady("database_unavailable");
        }
    }

    private static IResult NotReady(string why) =>
        TypedResults.Json(
            new Response(why), GetHealthReadyJson.Default.Response,
            statusCode: StatusCodes.Status503ServiceUnavailable);
}

[JsonSerializable(typeof(GetHealthReady.Response))]
internal sealed partial class GetHealthReadyJson : JsonSerializerContext;
