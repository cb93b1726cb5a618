using Microsoft.AspNetCore.Authorization;
using SupplyApi.Features.Admin;
using SupplyApi.Features.Auth;
using SupplyApi.Features.Consumers;
using SupplyApi.Features.Gateway;
using SupplyApi.Features.Gateway.Callers;
using SupplyApi.Features.Intents;
using SupplyApi.Features.Market;
using SupplyApi.Features.Public;
using SupplyApi.Features.Signing;
using SupplyApi.Features.Supply;
using SupplyApi.Features.User;
using SupplyApi.Host.Middleware;

namespace SupplyApi.Host;

/// <summary>The order in which a request meets things, one reason per line.</summary>
internal static class RequestPipeline
{
    internal static void Use(WebApplication app)
    {
        var faults = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Supply.Faults");

        // Before anything looks at the client's address. Without a list the framework would believe everybody.
        if (app.Services.GetRequiredService<Settings>().TrustedProxies.Count > 0) app.UseForwardedHeaders();
        app.Use(RequestIdentity.RunAsync);                      // before anything can answer
        app.Use((http, next) => Faults.RunAsync(http, next, faults)); // around everything that can throw
        app.Use(UrlLength.RunAsync);                            // before anything is looked for in the URL
        app.Use(QueryCredentials.RunAsync);                     // before a credential in the URL is taken for one
        app.UseRouting();
        app.MapWhen(IsForKeys, UseForKeys);                     // what keys open goes a shorter way of its own
        app.UseStatusCodePages(page => Explain(page.HttpContext)); // around everything that can end without a body
        app.MapWhen(IsForApps, UseForApps);                     // and what apps open, whose bodies are signed
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(BodyCharset.RunAsync);                          // after who may not come in at all

        PublicRoutes.Map(app);
        AuthRoutes.Map(app);
        UserRoutes.Map(app);
        AdminRoutes.Map(app);
        SupplyRoutes.Map(app);
        ConsumerRoutes.Map(app);
        IntentRoutes.Map(app);
        MarketRoutes.Map(app);
        GatewayRoutes.Map(app);
        ContractPage.Map(app);
        RefuseOpenDoors(app);
    }

    private static bool IsForKeys(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<KeysOnly>() is not null;

    private static void UseForKeys(IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        app.Use((http, next) =>
        {
            http.RequestServices = services; // What serves there serves all calls: none needs a scope of its own.
            return next(http);
        });
        app.Use(services.GetRequiredService<Admit>().RunAsync);
        app.Use(BodyCharset.RunAsync);
        app.Run(static http => http.GetEndpoint()!.RequestDelegate!(http));
    }

    private static bool IsForApps(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<AppsOnly>() is not null;

    private static void UseForApps(IApplicationBuilder app)
    {
        app.Use(app.ApplicationServices.GetRequiredService<AppDoor>().RunAsync);
        app.Use(BodyCharset.RunAsync);
        app.Run(static http => http.GetEndpoint()!.RequestDelegate!(http));
    }

    /// <summary>
    /// Nothing is open by oversight: each endpoint says who may come in, or the process does not start.
    /// </summary>
    private static void RefuseOpenDoors(IEndpointRouteBuilder routes)
    {
        foreach (var endpoint in routes.DataSources.SelectMany(static source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
                && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
                && endpoint.Metadata.GetMetadata<KeysOnly>() is null
                && endpoint.Metadata.GetMetadata<AppsOnly>() is null
                && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
                throw new InvalidOperationException($"{endpoint.DisplayName} does not say who may call it.");
        }
    }

    private static Task Explain(HttpContext http) => (http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Errors.NotFound("path"),
        StatusCodes.Status405MethodNotAllowed => Errors.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => Errors.TooLarge,
        StatusCodes.Status415UnsupportedMediaType => Errors.UnsupportedMediaType,
        StatusCodes.Status401Unauthorized => Errors.Unauthenticated,
        StatusCodes.Status403Forbidden => Errors.Forbidden,
        >= 500 => Errors.Internal,
        _ => Errors.Malformed("The request is malformed."),
    }).ExecuteAsync(http);
}
