namespace SupplyApi.Tests.Gateway;

/// <summary>Who asks hears how a call found who serves it; who does not ask hears nothing.</summary>
public sealed class RoutesAreExplained : ApiTest
{
    [Fact]
    public async Task To_who_asks()
    {
        var sale = await Sale.MakeAsync(Actors);
        var consumer = sale.Consumer;
        var cheap = await sale.Supplier.PublishPackageAsync(sale.Model, sale.Account, new Offer(0.001m, 1, 1));
        await Routes.FirstBecomesAsync(Actors, sale.Model, cheap);

        await consumer.Explained().Post("/v1/chat/completions", Consumer.Chat(sale.Model, "!tokens=1,1"));
        await consumer.Explained().Post("/v1/chat/completions", Consumer.StreamedChat(sale.Model, "!chunks=1"));
        await consumer.Explained().Post("/v1/chat/completions", Consumer.Chat(sale.Model, "!status=503"));
        var poor = await Actors.ConsumerAsync(0);
        await poor.Explained().Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Hello."));
        await consumer.Explained().Post("/v1/chat/completions", Consumer.Chat("nobody-sells-this", "Hello."));

        Transcript.Matches();
    }

    [Fact]
    public async Task To_nobody_else()
    {
        var sale = await Sale.MakeAsync(Actors);
        Assert.Null((await sale.BuyAsync("Hello.")).Expect(200).Header("X-Supply-Route"));
        await sale.Consumer.With("X-Supply-Route", "tell")
            .Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Hello."));

        Transcript.Matches();
    }
}
