using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>
/// OpenAI's chat completions, unary and streamed. Bytes pass through as they are: this slice only names the way in, the
/// pipeline is what happens (https://platform.openai.com/docs/api-reference/chat).
/// </summary>
internal static class CreateChatCompletion
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/chat/completions", Handle)
        .WithName("createChatCompletion");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, OpenAi.Chat);
}
