using NpgsqlTypes;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>An admin opens a channel to a provider. Its key is sealed and never shown again.</summary>
internal static class CreateChannel
{
    private const int PriorityUsual = 1;
    private const int WeightUsual = 1;

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/channels", Handle)
        .WithName("createChannel");

    private const string NextId = "select nextval(pg_get_serial_sequence('channels', 'id'))";

    private const string Insert = $"""
        insert into channels (id, name, type, base_url, credential, priority, weight, max_concurrent, rate_limit_rpm,
                              enabled, created_at, updated_at)
        values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10, $11, $11)
        returning {ChannelView.Columns}
        """;

    private static async Task<IResult> Handle(
        ChannelTerms body, Caller caller, NpgsqlDataSource db, Providers providers, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        if (body.Name is null) return Errors.Invalid("name", "name is required.");
        if (body.Type is null) return Errors.Invalid("type", "type is required.");
        if (body.ApiKey is null) return Errors.Invalid("api_key", "api_key is required.");
        if (body.Check(providers) is { } invalid) return invalid;

        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var id = await connection.Command(NextId).ValueAsync<long>(ct);
        var channel = (await connection.Command(Insert)
            .With(id).With(body.Name).With(body.Type).WithNullable(body.BaseUrl, NpgsqlDbType.Text)
            .With(secrets.Seal(body.ApiKey, ChannelSource.SealedFor(id)))
            .With(body.Priority ?? PriorityUsual).With(body.Weight ?? WeightUsual)
            .With(body.MaxConcurrent ?? 0).With(body.RateLimitRpm ?? 0).With(body.Enabled ?? true).With(now)
            .OneAsync<ChannelView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("admin.channel.create", "channel", id)
        {
            TenantId = ChannelView.Platform,
            After = channel.State(),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(channel);
    }
}

[JsonSerializable(typeof(ChannelTerms))]
[JsonSerializable(typeof(ChannelView))]
internal sealed partial class CreateChannelJson : JsonSerializerContext;
