namespace SupplyApi.Features.Consumers;

/// <summary>
/// A new key or secret beside the one in use, which stays good for a while: callers change over one by one, and none is
/// shut out. Never more than two are good.
/// </summary>
internal static class RotateCredential
{
    private const int OverlapMax = 7 * 24 * 3600;

    internal sealed record Request(int OverlapSeconds = 24 * 3600);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/consumers/{consumerId}/credentials/{credentialId}/rotate", Handle)
        .WithName("rotateCredential");

    private const string End = """
        update consumer_secrets
           set valid_until = case when valid_until is null then $3 else $2 end
         where credential_id = $1 and (valid_until is null or valid_until > $2)
        """;

    private const string Touch = "update consumer_credentials set updated_at = $2 where id = $1";

    private static async Task<IResult> Handle(
        string consumerId, string credentialId, Request? body, Caller caller, NpgsqlDataSource db, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        var overlap = (body ?? new Request()).OverlapSeconds;
        if (overlap is < 0 or > OverlapMax)
            return Errors.Invalid("overlapSeconds", $"overlapSeconds must be 0 to {OverlapMax}.");
        if (!PublicId.TryRead(PublicId.Consumer, consumerId, out var consumer)
            || !PublicId.TryRead(PublicId.Credential, credentialId, out var id))
            return Errors.NotFound("credential");

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(CredentialView.Lock)
            .With(clock.GetUtcNow()).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct);
        if (before is null) return Errors.NotFound("credential");
        if (before.Mode == AuthTypes.Jwt) return Errors.NothingToRotate;

        var now = clock.GetUtcNow(); // Who waited for the row begins here.
        await connection.Command(End).With(id).With(now).With(now.AddSeconds(overlap)).RunAsync(ct);
        var secret = await CredentialSecret.MakeAsync(connection, id, before.Mode, secrets, now, ct);
        await connection.Command(Touch).With(id).With(now).RunAsync(ct);
        var after = (await connection.Command(CredentialView.Find)
            .With(now).With(id).With(consumer).With(caller.TenantId)
            .OneAsync<CredentialView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("consumer.credential.rotate", "consumer_credential", id)
        {
            Before = before.State(),
            After = after.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after.Revealing(secret));
    }
}

[JsonSerializable(typeof(RotateCredential.Request))]
[JsonSerializable(typeof(CredentialView))]
internal sealed partial class RotateCredentialJson : JsonSerializerContext;
