using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Protocols;

namespace SupplyApi.Features.Gateway;

/// <summary>OpenAI's embeddings: texts become vectors, so only input is paid for.</summary>
internal static class CreateEmbedding
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/embeddings", Handle)
        .WithName("createEmbedding");

    private static Task Handle(HttpContext http) => GatewayPipeline.RunAsync(http, OpenAi.Embeddings);
}
