using System.Net;

namespace SupplyApi.Features.Consumers;

/// <summary>From where a key, a credential or an app may be used; an empty list allows all.</summary>
internal static class AddressRanges
{
    private const int CountMax = 200;

    /// <summary>
    /// Null when good or absent; else what is wrong, naming the field. There is one way to write each: what reads
    /// otherwise (`1`, `0x7f.1`, a port) would not be what its writer meant.
    /// </summary>
    internal static Refusal? Check(string field, string?[]? texts)
    {
        if (texts is null) return null;
        if (texts.Length > CountMax)
            return Errors.Invalid(field, $"{field} holds at most {CountMax} IP addresses or CIDR ranges.");
        foreach (var text in texts)
        {
            if (!TryRead(text, out var range))
                return Errors.Invalid(field,
                    $"{field} holds IP addresses and CIDR ranges in their shortest form, such as 192.0.2.1, "
                    + "198.51.100.0/24 and 2001:db8::/32.");
            // Who calls by IPv4 is compared as such, so this would never fit.
            if (range.BaseAddress.IsIPv4MappedToIPv6)
                return Errors.Invalid(field, $"{field} has an IPv4 address written as IPv6; write it as IPv4.");
        }

        return null;
    }

    /// <summary>What is kept; it was written when more was taken.</summary>
    internal static IPNetwork[] Read(string[] texts) => Array.ConvertAll(texts, static text =>
        IPAddress.TryParse(text, out var single) ? Single(single) : IPNetwork.Parse(text));

    internal static bool Allow(this IPNetwork[] ranges, IPAddress? address)
    {
        if (ranges.Length == 0) return true;
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var range in ranges)
        {
            if (range.Contains(plain)) return true;
        }

        return false;
    }

    private static bool TryRead(string? text, out IPNetwork range)
    {
        if (IPNetwork.TryParse(text, out range)) return range.ToString() == text;
        if (!IPAddress.TryParse(text, out var single) || single.ToString() != text || text.Contains('%')) return false;
        range = Single(single);
        return true;
    }

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
