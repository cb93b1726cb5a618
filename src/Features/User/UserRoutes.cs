namespace SupplyApi.Features.User;

/// <summary>What signed-in people do with what is their own.</summary>
public static class UserRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        GetCurrentUserJson.Default,
        ListApiKeysJson.Default,
        CreateApiKeyJson.Default);

    public static void Map(IEndpointRouteBuilder app)
    {
        var user = app.MapGroup("/api/user").ForUsers();

        GetCurrentUser.Map(user);
        ListApiKeys.Map(user);
        CreateApiKey.Map(user);
    }
}
