namespace SupplyApi.Features.Consumers;

/// <summary>A credential goes for good, and its key or secret with it.</summary>
internal static class DeleteCredential
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/consumers/{consumerId}/credentials/{credentialId}", Handle)
        .WithName("deleteCredential");

    private const string Delete = $"""
        delete from consumer_credentials where id = $2 and consumer_id = $3 and tenant_id = $4
        returning {CredentialView.Columns}
        """;

    private static async Task<IResult> Handle(
        string consumerId, string credentialId, Caller caller, NpgsqlDataSource db, TimeProvider clock,
        CancellationToken ct)
    {
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(PublicId.Credential, credentialId, out var id))
            return Errors.NotFound("credential");

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var gone = await connection.Command(Delete).With(now).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct);
        if (gone is null) return Errors.NotFound("credential");

        await connection.AuditAsync(caller, new AuditEntry("consumer.credential.delete", "consumer_credential", id)
        {
            Before = gone.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.NoContent();
    }
}
