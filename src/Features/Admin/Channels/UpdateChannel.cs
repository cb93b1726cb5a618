using System.Text.Json.Nodes;
using NpgsqlTypes;
using SupplyApi.Features.Gateway.Routing;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>
/// An admin changes what is sent and leaves the rest. The kept key goes only where it was given for: another type or
/// address needs it anew, or it could be had by pointing the channel at oneself.
/// </summary>
internal static class UpdateChannel
{
    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/channels/{channelId:long}", Handle)
        .WithName("updateChannel");

    private const string Lock = $"select {ChannelView.Columns} from channels where id = $1 for update";

    private const string Update = $"""
        update channels
           set name = coalesce($2, name), type = $3, base_url = $4, credential = coalesce($5, credential),
               priority = coalesce($6, priority), weight = coalesce($7, weight),
               max_concurrent = coalesce($8, max_concurrent), rate_limit_rpm = coalesce($9, rate_limit_rpm),
               enabled = coalesce($10, enabled), updated_at = $11
         where id = $1
        returning {ChannelView.Columns}
        """;

    private static async Task<IResult> Handle(
        long channelId, ChannelTerms body, Caller caller, NpgsqlDataSource db, Providers providers, Secrets secrets,
        TimeProvider clock, CancellationToken ct)
    {
        if (body.Check(providers) is { } invalid) return invalid;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var before = await connection.Command(Lock).With(channelId).OneAsync<ChannelView>(ct);
        if (before is null) return Errors.NotFound("channel");
        if (body == new ChannelTerms()) return Errors.Malformed("No fields to update.");
        var type = body.Type ?? before.Type;
        var address = body.BaseUrl switch { null => before.BaseUrl, "" => null, var given => given };
        if (body.ApiKey is null && (type != before.Type || address != before.BaseUrl))
            return Errors.Invalid("api_key", "Another type or base_url needs api_key anew.");

        var now = clock.GetUtcNow();
        var credential = body.ApiKey is null ? null : secrets.Seal(body.ApiKey, ChannelSource.SealedFor(channelId));
        var after = (await connection.Command(Update)
            .With(channelId).WithNullable(body.Name, NpgsqlDbType.Text).With(type)
            .WithNullable(address, NpgsqlDbType.Text).WithNullable(credential, NpgsqlDbType.Bytea)
            .WithNullable(body.Priority, NpgsqlDbType.Integer).WithNullable(body.Weight, NpgsqlDbType.Integer)
            .WithNullable(body.MaxConcurrent, NpgsqlDbType.Integer)
            .WithNullable(body.RateLimitRpm, NpgsqlDbType.Integer).WithNullable(body.Enabled, NpgsqlDbType.Boolean)
            .With(now)
            .OneAsync<ChannelView>(ct))!;
        await connection.AuditAsync(caller, new AuditEntry("admin.channel.update", "channel", channelId)
        {
            TenantId = ChannelView.Platform,
            Before = before.State(),
            After = StateOf(after, isKeyNew: credential is not null),
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }

    private static JsonObject StateOf(ChannelView channel, bool isKeyNew)
    {
        var state = channel.State();
        state["api_key_replaced"] = isKeyNew;
        return state;
    }
}

[JsonSerializable(typeof(ChannelTerms))]
[JsonSerializable(typeof(ChannelView))]
internal sealed partial class UpdateChannelJson : JsonSerializerContext;
