using NpgsqlTypes;
using SupplyApi.Features.Supply.Packages;

namespace SupplyApi.Features.Admin.Channels;

/// <summary>What an admin says of a model. All prices are said at once: one that is not sent is none.</summary>
internal sealed record PlatformModelTerms(
    string? ModelName = null,
    string? Provider = null,
    int QuotaType = PlatformModelTerms.ByTokens,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? InputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? OutputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? CachedInputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? CacheWriteInputPrice = null,
    [property: JsonPropertyName("cache_write_1h_input_price"), JsonConverter(typeof(MoneyTextJson))]
    decimal? CacheWrite1hInputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? ImageInputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? ImageOutputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AudioInputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? AudioOutputPrice = null,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal? RequestPrice = null,
    bool? Enabled = null)
{
    private const int ByTokens = 0;
    private const int ByRequest = 1;
    private const int ModelNameMax = 100;
    private const int ProviderMax = 50;

    private IEnumerable<(string Field, decimal? Price)> Prices =>
    [
        ("input_price", InputPrice), ("output_price", OutputPrice), ("cached_input_price", CachedInputPrice),
        ("cache_write_input_price", CacheWriteInputPrice), ("cache_write_1h_input_price", CacheWrite1hInputPrice),
        ("image_input_price", ImageInputPrice), ("image_output_price", ImageOutputPrice),
        ("audio_input_price", AudioInputPrice), ("audio_output_price", AudioOutputPrice),
        ("request_price", RequestPrice),
    ];

    /// <summary>Null when good; else what is wrong, naming the field.</summary>
    internal Refusal? Check()
    {
        if (ModelName is not null && !ChannelModelView.IsName(ModelName, ModelNameMax))
            return Errors.Invalid("model_name", ChannelModelView.NameForm("model_name", ModelNameMax));
        if (Provider?.Length > ProviderMax)
            return Errors.Invalid("provider", $"provider must have at most {ProviderMax} characters.");
        if (QuotaType is not (ByTokens or ByRequest))
            return Errors.Invalid("quota_type", "quota_type must be 0 (by tokens) or 1 (by request).");
        foreach (var (field, price) in Prices)
        {
            if (price is { } given && PackagePrice.Check(field, given) is { } invalid) return invalid;
        }

        // Nothing is sold for a price that nobody named.
        if (QuotaType == ByRequest)
            return RequestPrice is null ? Missing("request_price") : null;
        return InputPrice is null ? Missing("input_price") : OutputPrice is null ? Missing("output_price") : null;
    }

    internal NpgsqlCommand AddPrices(NpgsqlCommand command) => Prices.Aggregate(
        command.With(QuotaType),
        static (left, one) => left.WithNullable(one.Price, NpgsqlDbType.Numeric));

    private static Refusal Missing(string field) =>
        Errors.Invalid(field, $"{field} is required with this quota_type; 0 is free.");
}
