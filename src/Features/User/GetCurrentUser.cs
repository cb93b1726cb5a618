namespace SupplyApi.Features.User;

/// <summary>Who am I, and what is left in the wallet.</summary>
internal static class GetCurrentUser
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/me", Handle)
        .WithName("getCurrentUser");

    private static async Task<IResult> Handle(Caller caller, NpgsqlDataSource db, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await UserProfile.FindAsync(connection, caller.UserId, ct) is { } user
            ? TypedResults.Ok(user)
            : Errors.InvalidSession;
    }
}

[JsonSerializable(typeof(UserProfile))]
internal sealed partial class GetCurrentUserJson : JsonSerializerContext;
