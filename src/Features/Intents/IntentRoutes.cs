using Microsoft.Extensions.DependencyInjection;

namespace SupplyApi.Features.Intents;

/// <summary>The open API: what apps do with signed requests.</summary>
public static class IntentRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        CreateIntentJson.Default,
        ListIntentsJson.Default,
        GetIntentJson.Default,
        UpdateIntentJson.Default).WithAddedModifier(Wire.CamelCase);

    internal static void Add(IServiceCollection services) => services
        .AddSingleton<Repeats>()
        .AddSingleton<FieldChoice>();

    public static void Map(IEndpointRouteBuilder app)
    {
        var apps = app.MapGroup("/api/v1").ForApps();

        CreateIntent.Map(apps);
        ListIntents.Map(apps);
        GetIntent.Map(apps);
        UpdateIntent.Map(apps);
        DeleteIntent.Map(apps);
    }
}
