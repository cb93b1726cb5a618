namespace SupplyApi.Features.Public;

/// <summary>The keys that the platform signs with, for whoever checks a statement (RFC 7517).</summary>
internal static class GetPublicKeys
{
    internal sealed record Response(IReadOnlyList<Signature.PublicKey> Keys);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/.well-known/jwks.json", Handle)
        .WithName("getPublicKeys");

    private static IResult Handle(HttpResponse response, Signature signature)
    {
        response.Headers.CacheControl = "public, max-age=3600";
        return TypedResults.Ok(new Response([signature.Key]));
    }
}

[JsonSerializable(typeof(GetPublicKeys.Response))]
internal sealed partial class GetPublicKeysJson : JsonSerializerContext;
