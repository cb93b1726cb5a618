namespace SupplyApi.Features.Public;

/// <summary>The process answers. Asks nothing of anybody, so it is also the cheapest probe.</summary>
internal static class GetHealth
{
    internal sealed record Response(string Status);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/health", Handle)
        .WithName("getHealth");

    private static IResult Handle() => TypedResults.Ok(new Response("ok"));
}

[JsonSerializable(typeof(GetHealth.Response))]
internal sealed partial class GetHealthJson : JsonSerializerContext;
