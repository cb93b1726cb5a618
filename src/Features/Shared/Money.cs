using System.Globalization;

namespace SupplyApi.Features.Shared;

/// <summary>
/// Money is <see cref="decimal"/> in the platform's currency, numeric(24,9) in the database. This file holds the only
/// rounding rule: half to even, nine places.
/// </summary>
internal static class Money
{
    internal const int Places = 9;
    internal const string Currency = "CNY";

    /// <summary>The largest amount numeric(24,9) can hold.</summary>
    internal const decimal Max = 999_999_999_999_999m;

    private const decimal PerMillion = 1_000_000m;

    internal static decimal Round(decimal amount) => decimal.Round(amount, Places, MidpointRounding.ToEven);

    /// <summary>The price of <paramref name="tokens"/> at a price per one million tokens; not yet rounded.</summary>
    internal static decimal PerTokens(long tokens, decimal pricePerMillion) => tokens * pricePerMillion / PerMillion;

    /// <summary>Without trailing zeros, never in exponent form: 12.500000000 is "12.5".</summary>
    internal static string ToText(decimal amount) => Trim(amount).ToString(CultureInfo.InvariantCulture);

    /// <summary>Dividing by one with the most places leaves the same value with the fewest.</summary>
    internal static decimal Trim(decimal amount) => amount / 1.0000000000000000000000000000m;

    internal static bool HasAtMostPlaces(decimal amount, int places) => decimal.Round(amount, places) == amount;
}

/// <summary>Decimals cross the wire as numbers without trailing zeros.</summary>
internal sealed class MoneyJson : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number)) return number;
        throw new JsonException("A decimal number is expected.");
    }

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(Money.Trim(value));
}

/// <summary>The platform surface writes decimals as strings and reads strings or numbers.</summary>
internal sealed class MoneyTextJson : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number)) return number;
        if (reader.TokenType == JsonTokenType.String
            && decimal.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out number))
            return number;
        throw new JsonException("A decimal number, or a string holding one, is expected.");
    }

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Money.ToText(value));
}
