using System.Text.Json.Nodes;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>A model that the platform sells by itself, and its prices per one million tokens.</summary>
internal sealed record PlatformModelView(
    long Id, string ModelName, string? Provider, int QuotaType,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? InputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? OutputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? CachedInputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? CacheWriteInputPrice,
    [property: JsonPropertyName("cache_write_1h_input_price"), JsonConverter(typeof(MoneyTextJson))]
    decimal? CacheWrite1hInputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? ImageInputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? ImageOutputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AudioInputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AudioOutputPrice,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? RequestPrice,
    bool Enabled, DateTime CreatedAt, DateTime UpdatedAt) : IRow<PlatformModelView>
{
    /// <summary>The unique index that one name for two models would violate.</summary>
    internal const string NameKey = "models_model_name_key";

    internal const string Columns = """
        id, model_name, provider, quota_type, input_price, output_price, cached_input_price, cache_write_input_price,
        cache_write_1h_input_price, image_input_price, image_output_price, audio_input_price, audio_output_price,
        request_price, enabled, created_at, updated_at
        """;

    public static PlatformModelView Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetInt32(3), row.ValueOrNull<decimal>(4),
        row.ValueOrNull<decimal>(5), row.ValueOrNull<decimal>(6), row.ValueOrNull<decimal>(7),
        row.ValueOrNull<decimal>(8), row.ValueOrNull<decimal>(9), row.ValueOrNull<decimal>(10),
        row.ValueOrNull<decimal>(11), row.ValueOrNull<decimal>(12), row.ValueOrNull<decimal>(13), row.GetBoolean(14),
        row.GetDateTime(15), row.GetDateTime(16));

    /// <summary>For the audit log.</summary>
    internal JsonObject State() =>
        JsonSerializer.SerializeToNode(this, AuditedStates.Default.PlatformModelView)!.AsObject();
}
