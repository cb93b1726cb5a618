using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>How many tokens a message would have. Free, as with the provider.</summary>
internal static class CountMessageTokens
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/messages/count_tokens", Handle)
        .WithName("countMessageTokens");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, Anthropic.CountTokens);
}
