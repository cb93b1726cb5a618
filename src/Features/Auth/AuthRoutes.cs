namespace SupplyApi.Features.Auth;

/// <summary>Signing up and in.</summary>
public static class AuthRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        LoginWithPasswordJson.Default,
        RegisterWithPasswordJson.Default);

    public static void Map(IEndpointRouteBuilder app)
    {
        var auth = app.MapGroup("/auth").ForEveryone();

        LoginWithPassword.Map(auth);
        RegisterWithPassword.Map(auth);
    }
}
