using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway;

/// <summary>What API keys open: the callers' own protocols, byte for byte.</summary>
public static class GatewayRoutes
{
    private const long BodyBytesMax = 32 * 1024 * 1024;

    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        ListModelsJson.Default);

    internal static void Add(
        IServiceCollection services, GatewayTerms terms, IReadOnlyDictionary<string, Uri> origins) =>
        services
            .AddSingleton(terms)
            .AddSingleton(new Providers(origins))
            .AddSingleton<UpstreamClients>()
            .AddSingleton<KeyDirectory>()
            .AddSingleton<Node>()
            .AddSingleton<Holds>()
            .AddSingleton<Choose>()
            .AddSingleton<Reserve>()
            .AddSingleton<Forward>()
            .AddSingleton<Relay>()
            .AddSingleton<Settle>()
            .AddSingleton<GatewayPipeline>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var openAi = app.MapGroup("/v1").ForKeys().WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));

        ListModels.Map(openAi);
        CreateChatCompletion.Map(openAi);
    }
}
