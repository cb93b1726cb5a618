using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Charging;
using SupplyApi.Features.Gateway.Pipeline;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Gateway;

/// <summary>What API keys open: the callers' own protocols, byte for byte.</summary>
public static class GatewayRoutes
{
    internal const int BodyBytesMax = 32 * 1024 * 1024;

    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        ListModelsJson.Default,
        ListGeminiModelsJson.Default);

    internal static void Add(
        IServiceCollection services, GatewayTerms terms, IReadOnlyDictionary<string, Uri> origins) =>
        services
            .AddSingleton(terms)
            .AddSingleton(new Providers(origins))
            .AddSingleton<Dial>()
            .AddSingleton<UpstreamConnections>()
            .AddSingleton<RoutingFeed>()
            .AddSingleton<RoutingTable>()
            .AddSingleton<SilenceWatch>()
            .AddSingleton<KeyDirectory>()
            .AddSingleton<CallRates>()
            .AddSingleton<Admit>()
            .AddSingleton<Node>()
            .AddSingleton<LeaseRows>()
            .AddSingleton<Leases>()
            .AddSingleton<Posting>()
            .AddSingleton<DeadNodes>()
            .AddSingleton<AnswerBook>()
            .AddSingleton<Once>()
            .AddSingleton<Choose>()
            .AddSingleton<Reserve>()
            .AddSingleton<Forward>()
            .AddSingleton<Relay>()
            .AddSingleton<Settle>()
            .AddSingleton<GatewayPipeline>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup("/v1").ForKeys().WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));
        var v1Beta = app.MapGroup("/v1beta").ForKeys().WithMetadata(new RequestSizeLimitAttribute(BodyBytesMax));

        ListModels.Map(v1);
        CreateChatCompletion.Map(v1);
        CreateCompletion.Map(v1);
        CreateResponse.Map(v1);
        CreateEmbedding.Map(v1);
        CreateImage.Map(v1);
        CreateMessage.Map(v1);
        CountMessageTokens.Map(v1);
        CallStableModel.Map(v1);

        ListGeminiModels.Map(v1Beta);
        GenerateContent.Map(v1Beta);
        StreamGenerateContent.Map(v1Beta);
        CountContentTokens.Map(v1Beta);
    }
}
