using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>An admin begins to buy: the app can change and cancel it no more.</summary>
internal static class ProcessIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/intents/{intentId}/process", Handle)
        .WithName("processIntent");

    private static readonly IntentStep Step =
        new(IntentStatus.Submitted, IntentStatus.Processing, "process", "processed");

    private static Task<IResult> Handle(
        string intentId, Caller caller, NpgsqlDataSource db, Secrets secrets, TimeProvider clock,
        CancellationToken ct) =>
        Step.TakeAsync(intentId, reason: null, caller, db, secrets, clock, ct);
}

[JsonSerializable(typeof(AppIntentView))]
internal sealed partial class ProcessIntentJson : JsonSerializerContext;
