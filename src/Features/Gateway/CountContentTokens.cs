using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>How many tokens contents have. Free, as with the provider.</summary>
internal static class CountContentTokens
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/models/{model}:countTokens", Handle)
        .WithName("countContentTokens");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, Gemini.CountTokens);
}
