namespace SupplyApi.Features.Supply.Packages;

/// <summary>What a price per one million tokens may be.</summary>
internal static class PackagePrice
{
    private const int Places = 6;
    private const decimal Max = 1_000_000_000m;

    /// <summary>Null when both are prices; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(decimal input, decimal output) =>
        Check("price_per_1m_input", input) ?? Check("price_per_1m_output", output);

    internal static Refusal? Check(string field, decimal price) =>
        price is >= 0 and <= Max && Money.HasAtMostPlaces(price, Places)
            ? null
            : Errors.Invalid(field, $"{field} must be 0 or more with at most 6 decimals.");
}
