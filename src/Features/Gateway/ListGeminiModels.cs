using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway;

/// <summary>The models on sale that the key may use and that speak Gemini's protocol, in Gemini's shape.</summary>
internal static class ListGeminiModels
{
    private static readonly string[] Methods = ["generateContent", "countTokens"];
    private static readonly string[] Providers = ["gemini"];

    internal sealed record Model(
        string Name, string Version, string DisplayName, IReadOnlyList<string> SupportedGenerationMethods);

    internal sealed record Response(IReadOnlyList<Model> Models);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/models", Handle)
        .WithName("listGeminiModels");

    private static IResult Handle(KeyHolder key, RoutingTable table, TimeProvider clock)
    {
        var offers = ModelOnSale.List(table.Current, key, Providers, clock.GetUtcNow());
        return TypedResults.Json(
            new Response([.. offers.Select(static one => new Model($"models/{one.Id}", "001", one.Id, Methods))]),
            ListGeminiModelsJson.Default.Response);
    }
}

// Gemini's names are in camel case, whatever the surfaces around it use.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListGeminiModels.Response))]
internal sealed partial class ListGeminiModelsJson : JsonSerializerContext;
