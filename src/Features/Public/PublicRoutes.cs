namespace SupplyApi.Features.Public;

/// <summary>What anybody may ask.</summary>
public static class PublicRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        GetHealthJson.Default,
        GetHealthLiveJson.Default,
        GetHealthReadyJson.Default,
        GetApiHealthJson.Default,
        GetSetupStatusJson.Default,
        CompleteSetupJson.Default,
        GetPublicKeysJson.Default);

    public static void Map(IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("").ForEveryone();

        GetHealth.Map(open);
        GetHealthLive.Map(open);
        GetHealthReady.Map(open);
        GetApiHealth.Map(open);
        GetSetupStatus.Map(open);
        CompleteSetup.Map(open);
        GetPublicKeys.Map(open);
    }
}
