using System.Buffers.Binary;
using System.Net;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// Whether an address is one of the public internet, by IANA's registries of special addresses: neither this machine,
/// nor a network behind it, nor where a cloud keeps its metadata. An IPv4 address inside an IPv6 one counts as itself.
/// </summary>
internal static class PublicAddress
{
    private static readonly (uint Network, int Bits)[] Special4 =
    [
        (0x00000000, 8), // this network
        (0x0A000000, 8), // private
        (0x64400000, 10), // carrier-grade NAT
        (0x7F000000, 8), // loopback
        (0xA9FE0000, 16), // link-local, and the metadata of clouds
        (0xAC100000, 12), // private
        (0xC0000000, 24), // protocol assignments
        (0xC0000200, 24), // documentation
        (0xC0586300, 24), // relays of 6to4
        (0xC0A80000, 16), // private
        (0xC6120000, 15), // benchmarks
        (0xC6336400, 24), // documentation
        (0xCB007100, 24), // documentation
        (0xE0000000, 3), // multicast, reserved, broadcast
    ];

    internal static bool Is(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length)) return false;
        return length == 4 ? Is4(bytes[..4]) : Is6(bytes);
    }

    private static bool Is4(ReadOnlySpan<byte> bytes)
    {
        var address = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        foreach (var (network, bits) in Special4)
        {
            if ((address ^ network) >> (32 - bits) == 0) return false;
        }

        return true;
    }

    private static bool Is6(ReadOnlySpan<byte> bytes)
    {
        var high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        var low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        if (high == 0 && low >> 32 == 0xFFFF) return Is4(bytes[12..]); // ::ffff:0:0/96, IPv4 as IPv6
        if (high == 0x0064_FF9B_0000_0000 && low >> 32 == 0) return Is4(bytes[12..]); // 64:ff9b::/96, NAT64
        if (high >> 48 == 0x2002) return Is4(bytes[2..6]); // 6to4

        return high >> 61 == 1 // 2000::/3: whatever is public stands here
            && high >> 41 != 0x2001_0000 >> 9 // 2001::/23, protocol assignments such as Teredo
            && high >> 32 != 0x2001_0DB8 // documentation
            && high >> 44 != 0x3FFF0; // documentation
    }
}
