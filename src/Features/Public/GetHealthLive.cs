namespace SupplyApi.Features.Public;

/// <summary>For the orchestrator: restart the process when this fails.</summary>
internal static class GetHealthLive
{
    internal sealed record Response(string Status);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/health/live", Handle)
        .WithName("getHealthLive");

    private static IResult Handle() => TypedResults.Ok(new Response("ok"));
}

[JsonSerializable(typeof(GetHealthLive.Response))]
internal sealed partial class GetHealthLiveJson : JsonSerializerContext;
