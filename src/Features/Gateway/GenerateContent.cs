using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>Gemini's answer in one piece.</summary>
internal static class GenerateContent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/models/{model}:generateContent", Handle)
        .WithName("generateContent");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, Gemini.Generate);
}
