namespace SupplyApi.Features.Shared;

/// <summary>
/// Who may come in, said once per route group. The process refuses to start when an endpoint says neither who may
/// come in nor that it is open (RequestPipeline.RefuseOpenDoors).
/// </summary>
internal static class Access
{
    internal const string People = nameof(People);
    internal const string Admins = nameof(Admins);

    /// <summary>Signed-in people. Every user is a supplier: the rights come with the tenant.</summary>
    internal static RouteGroupBuilder ForSuppliers(this RouteGroupBuilder group) => group.RequireAuthorization(People);

    internal static RouteGroupBuilder ForUsers(this RouteGroupBuilder group) => group.RequireAuthorization(People);

    internal static RouteGroupBuilder ForAdmins(this RouteGroupBuilder group) => group.RequireAuthorization(Admins);

    /// <summary>
    /// Holders of an API key: the gateway. To the framework they are open, as its way of asking costs more than a call;
    /// who asks instead is the gateway's own first stage.
    /// </summary>
    internal static RouteGroupBuilder ForKeys(this RouteGroupBuilder group) => group.WithMetadata(KeysOnly.Mark);

    /// <summary>Apps that sign their requests: the open API. Who asks is found out by a door of its own.</summary>
    internal static RouteGroupBuilder ForApps(this RouteGroupBuilder group) => group.WithMetadata(AppsOnly.Mark);

    internal static RouteGroupBuilder ForEveryone(this RouteGroupBuilder group) => group.AllowAnonymous();
}

/// <summary>Marks an endpoint that only an API key opens.</summary>
internal sealed class KeysOnly
{
    private KeysOnly()
    {
    }

    internal static KeysOnly Mark { get; } = new();
}

/// <summary>Marks an endpoint that only a signed request opens.</summary>
internal sealed class AppsOnly
{
    private AppsOnly()
    {
    }

    internal static AppsOnly Mark { get; } = new();
}
