using System.Globalization;

namespace SupplyApi.Features.Consumers;

/// <summary>From where, how often and until when a credential opens.</summary>
internal static class CallLimits
{
    private const int QpsMax = 100_000;
    private const int Shortest = 20;

    /// <summary>Null when good or absent; else what is wrong, naming the field.</summary>
    internal static Refusal? Check(string[]? allowedIps, int? qps)
    {
        if (AddressRanges.Check("allowedIps", allowedIps) is { } invalid) return invalid;
        return qps is < 1 or > QpsMax ? Errors.Invalid("qps", $"qps must be 1 to {QpsMax}.") : null;
    }

    /// <summary>Null when it is absent or still to come; else what is wrong.</summary>
    internal static Refusal? ReadExpiry(string? text, DateTimeOffset now, out DateTime? expiry)
    {
        expiry = null;
        if (text is null) return null;
        if (!TryInstant(text, out var instant))
            return Errors.Invalid("expiresAt", "expiresAt must be an instant as RFC 3339 writes it, with its offset.");
        if (instant <= now) return Errors.Invalid("expiresAt", "expiresAt must be in the future.");
        var ticks = instant.UtcTicks;
        expiry = new DateTime(ticks - (ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc); // as it is kept
        return null;
    }

    // Without an offset nobody could tell which instant is meant.
    private static bool TryInstant(string text, out DateTimeOffset instant)
    {
        instant = default;
        return text.Length >= Shortest && (text[^1] == 'Z' || text[^6] is '+' or '-')
            && DateTimeOffset.TryParseExact(
                text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.None, out instant);
    }
}
