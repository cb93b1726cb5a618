using SupplyApi.Features.Consumers;
using SupplyApi.Features.Signing;

namespace SupplyApi.Features.Intents;

/// <summary>An app says what is to be bought. The answer, and what a repeat gets, names nobody in full.</summary>
internal static class CreateIntent
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/intents", Handle)
        .WithName("createIntent");

    // Who takes the consumer away waits until the intent is there, and so cancels it, too.
    private const string NextId = """
        select nextval(pg_get_serial_sequence('intents', 'id'))
          from consumers where id = $1 and tenant_id = $2
           for key share
        """;

    private const string Insert = $"""
        insert into intents (id, tenant_id, consumer_id, user_id, platform, product_url, title, price, quantity,
                             personal, status, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
        returning {Intent.Columns}
        """;

    private static async Task<IResult> Handle(
        IntentTerms body, HttpContext http, AppCaller caller, NpgsqlDataSource db, Secrets secrets, Repeats repeats,
        TimeProvider clock, CancellationToken ct)
    {
        if ((body.CheckIsWhole() ?? body.Check()) is { } invalid) return invalid;
        if (body.Status is not (null or IntentStatus.Draft or IntentStatus.Submitted))
            return Errors.Invalid("status", "status must be DRAFT or SUBMITTED.");
        var attempt = repeats.Read(http, caller, body);
        if (attempt?.Refusal is { } noKey) return noKey;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var once = attempt?.Value;
        if (once is not null && await repeats.BeginAsync(connection, once, ct) is { } earlier) return earlier;

        var now = clock.GetUtcNow();
        var id = await connection.Command(NextId)
            .With(caller.App.ConsumerId).With(caller.App.TenantId)
            .ValueAsync<long>(ct);
        if (id == 0) return Errors.NoSuchApp;

        var intent = (await connection.Command(Insert)
            .With(id).With(caller.App.TenantId).With(caller.App.ConsumerId).With(body.UserId!).With(body.Platform!)
            .With(body.ProductUrl!).With(body.Title!).With(body.Price!.Value).With(body.Quantity!.Value)
            .With(body.Person.Seal(secrets, id)).With(body.Status ?? IntentStatus.Submitted).With(now)
            .OneAsync<Intent>(ct))!;
        await intent.RecordAsync(connection, caller.Owner, "create", before: null, now, ct);
        var answer = ApiAnswer<IntentView>.Of(IntentView.Of(intent, body.Person.Masked));
        if (once is not null)
            await repeats.EndAsync(connection, once, StatusCodes.Status201Created, answer, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/intents/{PublicId.Of(Intent.IdPrefix, id)}", answer);
    }
}

[JsonSerializable(typeof(IntentTerms))]
[JsonSerializable(typeof(ApiAnswer<IntentView>))]
internal sealed partial class CreateIntentJson : JsonSerializerContext;
