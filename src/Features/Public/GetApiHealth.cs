namespace SupplyApi.Features.Public;

/// <summary>The process answers, in the words of the open API.</summary>
internal static class GetApiHealth
{
    internal sealed record Response(string Status);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/health", Handle)
        .WithName("getApiHealth");

    private static IResult Handle() => TypedResults.Ok(ApiAnswer<Response>.Of(new("ok")));
}

[JsonSerializable(typeof(ApiAnswer<GetApiHealth.Response>))]
internal sealed partial class GetApiHealthJson : JsonSerializerContext;
