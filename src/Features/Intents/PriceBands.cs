using System.Globalization;

namespace SupplyApi.Features.Intents;

/// <summary>
/// Prices that agree in their length and their first digits, as intent_band(price) and intent_fine_band(price) of the
/// database number them: 100.00 to 199.99 is a band, 130.00 to 139.99 a fine one.
/// </summary>
internal sealed class PriceBands
{
    internal static readonly PriceBands Coarse = new(digits: 1);
    internal static readonly PriceBands Fine = new(digits: 2);

    private readonly int digits;
    private readonly long leadings;
    private readonly long scale;

    // A cent alone has too few digits for a fine band, so these are cut from tenths of cents.
    private PriceBands(int digits) => (this.digits, leadings, scale) = (digits, Power(digits), Power(digits - 1));

    internal int Of(long cents)
    {
        var text = (cents * scale).ToString(CultureInfo.InvariantCulture);
        var leading = int.Parse(text.AsSpan(0, digits), CultureInfo.InvariantCulture);
        return ((text.Length - digits) * (int)leadings) + leading;
    }

    /// <summary>The least price of a band, in cents.</summary>
    internal long First(int band) => ((band % leadings * Power((int)(band / leadings))) + scale - 1) / scale;

    /// <summary>The largest.</summary>
    internal long Last(int band) => (((band % leadings) + 1) * Power((int)(band / leadings)) - 1) / scale;

    private static long Power(int exponent)
    {
        var power = 1L;
        for (; exponent > 0; exponent--) power *= 10;
        return power;
    }
}
