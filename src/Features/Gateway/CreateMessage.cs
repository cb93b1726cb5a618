using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>Anthropic's messages, unary and streamed.</summary>
internal static class CreateMessage
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/messages", Handle)
        .WithName("createMessage");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, Anthropic.Messages);
}
