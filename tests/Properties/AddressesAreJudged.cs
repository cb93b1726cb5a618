using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Tests.Properties;

/// <summary>Nobody but the operator can send the gateway to an address that is not public, in whatever form.</summary>
public sealed class AddressesAreJudged
{
    private static readonly string[] Refused =
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
    ];

    private static readonly string[] Refused6 =
    [
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "4000::/3", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ];

    [Fact]
    public void As_IPv4_and_as_IPv4_in_IPv6()
    {
        var networks = Array.ConvertAll(Refused, IPNetwork.Parse);
        var random = new Random(1);
        for (var turn = 0; turn < 200_000; turn++)
        {
            var bytes = new byte[4];
            random.NextBytes(bytes);
            // Half of them next to a border, where mistakes are.
            if (turn % 2 == 0) bytes = Beside(networks[random.Next(networks.Length)], random);
            var address = new IPAddress(bytes);
            var isPublic = !Array.Exists(networks, one => one.Contains(address));
            foreach (var form in Forms(bytes))
                Assert.True(PublicAddress.Is(form) == isPublic, $"{form} of {address}");
        }
    }

    [Fact]
    public void As_IPv6()
    {
        var random = new Random(2);
        foreach (var network in Array.ConvertAll(Refused6, IPNetwork.Parse))
        {
            for (var turn = 0; turn < 2000; turn++)
            {
                var bytes = new byte[16];
                random.NextBytes(bytes);
                var prefix = network.BaseAddress.GetAddressBytes();
                for (var bit = 0; bit < network.PrefixLength; bit++)
                {
                    var mask = (byte)(0x80 >> (bit % 8));
                    bytes[bit / 8] = (byte)((bytes[bit / 8] & ~mask) | (prefix[bit / 8] & mask));
                }

                var address = new IPAddress(bytes);
                Assert.True(network.Contains(address) && !PublicAddress.Is(address), $"{address} of {network}");
            }
        }
    }

    [Theory]
    [InlineData("169.254.169.254", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("1.1.1.1", true)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("64:ff9b::101:101", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001:82a::200e", true)]
    public void Such_as(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("[::ffff:127.0.0.1]", false)]
    [InlineData("localhost", true)]
    public async Task And_whoever_listens_there_hears_nothing(string host, bool isOperators)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var origin = new Uri($"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        // Another port of the same machine is another origin.
        var operators = isOperators ? origin : new Uri($"http://{host}:1/");
        var log = new Heard();
        using var connections = new UpstreamConnections(new Dial(
            new Providers(new Dictionary<string, Uri> { ["openai"] = operators }), log));
        using var request = new UpstreamRequest("GET"u8, new UpstreamAddress(origin));
        request.End();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        var call = connections.SendAsync(request, patience.Token).AsTask();
        if (isOperators)
        {
            using var arrived = await listener.AcceptTcpClientAsync(patience.Token);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            Assert.Empty(log.Lines);
            return;
        }

        await Assert.ThrowsAsync<HttpRequestException>(() => call);
        Assert.False(listener.Pending());
        Assert.Contains("not public", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private static byte[] Beside(IPNetwork network, Random random)
    {
        var from = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
        var until = from + (uint)((1UL << (32 - network.PrefixLength)) - 1);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(
            bytes, unchecked((random.Next(2) == 0 ? from : until) + (uint)random.Next(-2, 3)));
        return bytes;
    }

    private static IEnumerable<IPAddress> Forms(byte[] four)
    {
        yield return new IPAddress(four);
        yield return new IPAddress(four).MapToIPv6();
        yield return new IPAddress((byte[])[0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, .. four]);
        yield return new IPAddress((byte[])[0x20, 0x02, .. four, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    private sealed class Heard : ILogger<Dial>
    {
        internal List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
