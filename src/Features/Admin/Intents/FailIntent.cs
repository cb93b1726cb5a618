using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>An admin could not buy it, and says why.</summary>
internal static class FailIntent
{
    internal sealed record Request(string Reason);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/intents/{intentId}/fail", Handle)
        .WithName("failIntent");

    private static readonly IntentStep Step = new(IntentStatus.Processing, IntentStatus.Failed, "fail", "failed");

    private static async Task<IResult> Handle(
        string intentId, Request body, Caller caller, NpgsqlDataSource db, Secrets secrets, TimeProvider clock,
        CancellationToken ct) =>
        FreeText.Check("reason", body.Reason) is { } invalid
            ? invalid
            : await Step.TakeAsync(intentId, body.Reason, caller, db, secrets, clock, ct);
}

[JsonSerializable(typeof(FailIntent.Request))]
[JsonSerializable(typeof(AppIntentView))]
internal sealed partial class FailIntentJson : JsonSerializerContext;
