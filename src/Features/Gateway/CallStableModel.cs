using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>Gemini's three actions once more, by the stable version of its API.</summary>
internal static class CallStableModel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/models/{model}:{action}", Handle)
        .WithName("callStableModel");

    private static Task Handle(string action, HttpContext http) => action switch
    {
        "generateContent" => GatewayPipeline.RunAsync(http, Gemini.Generate),
        "streamGenerateContent" => GatewayPipeline.RunAsync(http, Gemini.Stream(http)),
        "countTokens" => GatewayPipeline.RunAsync(http, Gemini.CountTokens),
        _ => Errors.NotFound("action").ExecuteAsync(http),
    };
}
