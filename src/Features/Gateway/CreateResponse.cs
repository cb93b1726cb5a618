using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>OpenAI's responses: events with names instead of chunks.</summary>
internal static class CreateResponse
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/responses", Handle)
        .WithName("createResponse");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, OpenAi.Responses);
}
