namespace SupplyApi.Features.Consumers;

/// <summary>One credential of one of my consumers.</summary>
internal static class GetCredential
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/consumers/{consumerId}/credentials/{credentialId}", Handle)
        .WithName("getCredential");

    private static async Task<IResult> Handle(
        string consumerId, string credentialId, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(PublicId.Credential, credentialId, out var id))
            return Errors.NotFound("credential");

        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(CredentialView.Find)
            .With(clock.GetUtcNow()).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct) is { } credential
            ? TypedResults.Ok(credential)
            : Errors.NotFound("credential");
    }
}

[JsonSerializable(typeof(CredentialView))]
internal sealed partial class GetCredentialJson : JsonSerializerContext;
