using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>An admin has bought it.</summary>
internal static class CompleteIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/intents/{intentId}/complete", Handle)
        .WithName("completeIntent");

    private static readonly IntentStep Step =
        new(IntentStatus.Processing, IntentStatus.Completed, "complete", "completed");

    private static Task<IResult> Handle(
        string intentId, Caller caller, NpgsqlDataSource db, Secrets secrets, TimeProvider clock,
        CancellationToken ct) =>
        Step.TakeAsync(intentId, reason: null, caller, db, secrets, clock, ct);
}

[JsonSerializable(typeof(AppIntentView))]
internal sealed partial class CompleteIntentJson : JsonSerializerContext;
