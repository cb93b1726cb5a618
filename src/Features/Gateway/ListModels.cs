using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Gateway.Routing;

namespace SupplyApi.Features.Gateway;

/// <summary>
/// The models on sale that the key may use, in OpenAI's shape; in Anthropic's, and only those that speak its protocol,
/// when its version header is sent.
/// </summary>
internal static class ListModels
{
    private static readonly string[] Everybody = [];
    private static readonly string[] Anthropic = ["anthropic"];

    internal sealed record Model(string Id, string Object, long Created, string OwnedBy);

    internal sealed record Response(string Object, IReadOnlyList<Model> Data);

    internal sealed record AnthropicModel(string Type, string Id, string DisplayName, DateTime CreatedAt);

    internal sealed record AnthropicResponse(
        IReadOnlyList<AnthropicModel> Data, bool HasMore, string? FirstId, string? LastId);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/models", Handle)
        .WithName("listModels");

    private static IResult Handle(HttpRequest request, KeyHolder key, RoutingTable table, TimeProvider clock)
    {
        var isAnthropic = request.Headers.ContainsKey("anthropic-version");
        var offers = ModelOnSale.List(table.Current, key, isAnthropic ? Anthropic : Everybody, clock.GetUtcNow());
        if (!isAnthropic)
            return TypedResults.Ok(new Response("list", [.. offers.Select(static one =>
                new Model(one.Id, "model", one.Since.ToUnixTimeSeconds(), "supply"))]));
        return TypedResults.Ok(new AnthropicResponse(
            [.. offers.Select(static one => new AnthropicModel("model", one.Id, one.Id, one.Since.UtcDateTime))],
            HasMore: false,
            offers.Count > 0 ? offers[0].Id : null,
            offers.Count > 0 ? offers[^1].Id : null));
    }
}

[JsonSerializable(typeof(ListModels.Response))]
[JsonSerializable(typeof(ListModels.AnthropicResponse))]
internal sealed partial class ListModelsJson : JsonSerializerContext;
