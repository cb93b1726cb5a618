using System.Text.Json.Nodes;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Intents;

/// <summary>A row of intents; what it holds of a person is sealed until somebody asks.</summary>
internal sealed record Intent(
    long Id, long TenantId, long ConsumerId, string UserId, string Platform, string ProductUrl, string Title,
    decimal Price, int Quantity, byte[] Box, string Status, string? FailureReason, DateTime CreatedAt,
    DateTime UpdatedAt) : IRow<Intent>
{
    internal const string IdPrefix = "intent";

    /// <summary>The columns that <see cref="Read"/> takes, in its order.</summary>
    internal const string Columns = """
        id, tenant_id, consumer_id, user_id, platform, product_url, title, price, quantity, personal, status,
        failure_reason, created_at, updated_at
        """;

    internal const int ColumnsLength = 14;

    public static Intent Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5),
        row.GetString(6), row.GetDecimal(7), row.GetInt32(8), row.GetFieldValue<byte[]>(9), row.GetString(10),
        row.TextOrNull(11), row.GetDateTime(12), row.GetDateTime(13));

    internal Person Person(Secrets secrets) => Intents.Person.Open(secrets, Box, Id);

    /// <summary>What is kept and told of a change: nothing of a person.</summary>
    internal JsonObject State() => new()
    {
        ["status"] = Status,
        ["platform"] = Platform,
        ["price"] = Price,
        ["quantity"] = Quantity,
        ["failure_reason"] = FailureReason,
    };

    /// <summary>The audit row and the event that every change of an intent leaves behind.</summary>
    /// <param name="before">Null: it has just been made.</param>
    /// <param name="deed">In the event's name, where the new status is not what happened.</param>
    internal async Task RecordAsync(
        NpgsqlConnection connection, Caller caller, string deed, Intent? before, DateTimeOffset now,
        CancellationToken ct)
    {
        await connection.AuditAsync(caller, new AuditEntry($"procurement.intent.{deed}", "intent", Id)
        {
            TenantId = TenantId,
            Before = before?.State(),
            After = deed == "delete" ? null : State(),
        }, now, ct);
        var happened = deed is "update" or "delete" ? deed : Status.ToLowerInvariant();
        await connection.AnnounceAsync(TenantId, $"procurement.intent.{happened}.success", new JsonObject
        {
            ["intent_id"] = PublicId.Of(IdPrefix, Id),
            ["consumer_id"] = PublicId.Of(PublicId.Consumer, ConsumerId),
            ["status"] = Status,
            ["previous_status"] = before?.Status,
        }, now, ct);
    }
}
