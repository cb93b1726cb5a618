namespace SupplyApi.Features.Supply.Packages;

/// <summary>What a price per one million tokens may be.</summary>
internal static class PackagePrice
{
    private const int Places = 6;
    private const decimal Max = 1_000_000_000m;

    /// <summary>Null when both are prices; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(decimal input, decimal output)
    {
        if (!IsPrice(input))
            return Errors.Invalid("price_per_1m_input",
                "price_per_1m_input must be 0 or more with at most 6 decimals.");
        if (!IsPrice(output))
            return Errors.Invalid("price_per_1m_output",
                "price_per_1m_output must be 0 or more with at most 6 decimals.");
        return null;
    }

    private static bool IsPrice(decimal price) => price is >= 0 and <= Max && Money.HasAtMostPlaces(price, Places);
}
