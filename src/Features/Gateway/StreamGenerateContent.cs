using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>Gemini's answer as it comes: a JSON array, or events when `alt=sse` asks for them.</summary>
internal static class StreamGenerateContent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/models/{model}:streamGenerateContent", Handle)
        .WithName("streamGenerateContent");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, Gemini.Stream(http));
}
