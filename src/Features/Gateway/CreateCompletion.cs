using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>OpenAI's completions, from before chats: a prompt is continued.</summary>
internal static class CreateCompletion
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/completions", Handle)
        .WithName("createCompletion");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, OpenAi.Completions);
}
