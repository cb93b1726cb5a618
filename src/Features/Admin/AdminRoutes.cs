namespace SupplyApi.Features.Admin;

/// <summary>What admins do.</summary>
public static class AdminRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        UpdateUserJson.Default,
        DisableSupplyAccountJson.Default,
        RestoreSupplyAccountJson.Default);

    public static void Map(IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api").ForAdmins();

        UpdateUser.Map(admin);
        DisableSupplyAccount.Map(admin);
        RestoreSupplyAccount.Map(admin);
    }
}
