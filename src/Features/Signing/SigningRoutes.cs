using Microsoft.Extensions.DependencyInjection;

namespace SupplyApi.Features.Signing;

/// <summary>What stands before the endpoints that apps call; it has none of its own.</summary>
public static class SigningRoutes
{
    internal static void Add(IServiceCollection services, AppTerms terms) => services
        .AddSingleton(terms)
        .AddSingleton<AppDirectory>()
        .AddSingleton<UncheckedBodies>()
        .AddSingleton<SignedRequests>()
        .AddSingleton<AppDoor>();
}
