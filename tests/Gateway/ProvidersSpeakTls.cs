namespace SupplyApi.Tests.Gateway;

/// <summary>Credentials go to whom a certificate names, by a connection that is kept, and to nobody else.</summary>
public sealed class ProvidersSpeakTls : OwnProcessTest
{
    private readonly string trusted = Path.GetTempFileName();
    private TlsFront front = null!;
    private TlsFront stranger = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await front.DisposeAsync();
        await stranger.DisposeAsync();
        File.Delete(trusted);
    }

    [Fact]
    public async Task By_one_connection_for_many_calls()
    {
        var sale = await Sale.MakeAsync(Actors);
        var before = front.Accepted;
        for (var call = 0; call < 3; call++)
        {
            (await sale.BuyAsync("!tokens=10,5")).Expect(200);
            var stream = await sale.Consumer.Quietly().Post(
                "/v1/chat/completions", Consumer.StreamedChat(sale.Model, "!tokens=10,5"));
            Assert.EndsWith("data: [DONE]\n\n", stream.Expect(200).Body, StringComparison.Ordinal);
        }

        await sale.ChargedAsync(6);
        // An end that comes late may leave one behind.
        Assert.InRange(front.Accepted - before, 0, 3);
    }

    [Fact]
    public async Task But_not_where_the_certificate_is_not_known()
    {
        var way = Way.All.First(static one => one.Provider == "anthropic");
        var supplier = await Actors.SupplierAsync();
        var answer = await supplier.Quietly().Post("/api/v1/supply/accounts/verify", $$"""
            { "provider": "anthropic", "account_type": "api_key",
              "credential_input": "{{Supplier.CredentialOf(way.Provider)}}" }
            """);
        Assert.Equal(422, answer.Status);
        Assert.True(stranger.Accepted > 0, "nobody called");
        Assert.Equal(0, stranger.Heard);
    }

    protected override async Task<SupplyApiProcess> StartAsync()
    {
        var upstream = (await Suite.UpstreamAsync()).Address.Port;
        (front, stranger) = (new TlsFront(upstream), new TlsFront(upstream));
        await front.WarmUpAsync(); // A provider has five seconds for a check; the first handshake here may take longer.
        await File.WriteAllTextAsync(trusted, front.Certificate);
        return await SupplyApiProcess.StartAsync(new()
        {
            ["SSL_CERT_FILE"] = trusted,
            ["Supply__Providers__openai__BaseUrl"] = $"https://localhost:{front.Port}",
            ["Supply__Providers__anthropic__BaseUrl"] = $"https://localhost:{stranger.Port}",
        });
    }
}
