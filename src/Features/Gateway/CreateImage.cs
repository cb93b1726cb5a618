using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>OpenAI's pictures from a text, whole or with drafts on the way.</summary>
internal static class CreateImage
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/images/generations", Handle)
        .WithName("createImage");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, OpenAi.Images);
}
