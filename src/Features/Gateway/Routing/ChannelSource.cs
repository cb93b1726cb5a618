using SupplyApi.Features.Gateway.Pipeline;

namespace SupplyApi.Features.Gateway.Routing;

/// <summary>
/// A model that one of the platform's own channels serves: the channel, the model and the two together are enabled.
/// </summary>
internal sealed record ChannelSource(
    long Id, string Model, string UpstreamModel, long ChannelId, string Provider, string? BaseUrl, byte[] Credential,
    Prices Prices, DateTimeOffset Since) : IRow<ChannelSource>
{
    /// <summary>All that <see cref="Read"/> takes; another condition may follow.</summary>
    internal const string Select = """
        select served.id, model.model_name, served.upstream_model_name, channel.id, channel.type, channel.base_url,
               channel.credential, model.quota_type, model.request_price, model.input_price, model.output_price,
               model.cached_input_price, model.cache_write_input_price, model.cache_write_1h_input_price,
               model.image_input_price, model.audio_input_price, model.image_output_price, model.audio_output_price,
               channel.priority, channel.weight, channel.max_concurrent, channel.rate_limit_rpm, served.created_at
          from channel_models served
          join channels channel on channel.id = served.channel_id
          join models model on model.id = served.model_id
         where served.enabled and channel.enabled and model.enabled
        """;

    private int Priority { get; init; }
    private int Weight { get; init; }
    private int MaxConcurrent { get; init; }
    private int RateLimitRpm { get; init; }

    /// <summary>The row a channel's credential is sealed for.</summary>
    internal static string SealedFor(long channelId) => $"channel/{channelId}";

    public static ChannelSource Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetString(4), row.TextOrNull(5),
        row.GetFieldValue<byte[]>(6), ReadPrices(row), row.GetFieldValue<DateTimeOffset>(22))
    {
        Priority = row.GetInt32(18),
        Weight = row.GetInt32(19),
        MaxConcurrent = row.GetInt32(20),
        RateLimitRpm = row.GetInt32(21),
    };

    internal Candidate ToCandidate() => new()
    {
        Source = Source.Channel,
        Id = Id,
        Model = Model,
        UpstreamModel = UpstreamModel,
        Provider = Provider,
        Origin = BaseUrl is null ? null : new Uri(BaseUrl),
        Credential = Credential,
        SealedFor = SealedFor(ChannelId),
        Prices = Prices,
        MaxConcurrent = MaxConcurrent,
        RateLimitRpm = RateLimitRpm,
        Priority = Priority,
        Weight = Weight,
        OfferedSince = Since,
    };

    private static Prices ReadPrices(NpgsqlDataReader row)
    {
        const int byRequest = 1;
        var (input, output) = (row.ValueOrNull<decimal>(9) ?? 0, row.ValueOrNull<decimal>(10) ?? 0);
        return new Prices(input, output)
        {
            PerRequest = row.GetInt32(7) == byRequest ? row.GetDecimal(8) : null,
            CachedInput = row.ValueOrNull<decimal>(11) ?? input,
            CacheWrite5m = row.ValueOrNull<decimal>(12) ?? input,
            CacheWrite1h = row.ValueOrNull<decimal>(13) ?? input,
            ImageInput = row.ValueOrNull<decimal>(14) ?? input,
            AudioInput = row.ValueOrNull<decimal>(15) ?? input,
            ImageOutput = row.ValueOrNull<decimal>(16) ?? output,
            AudioOutput = row.ValueOrNull<decimal>(17) ?? output,
        };
    }
}
