namespace SupplyApi.Tests.Faults;

/// <summary>A provider breaks off: the consumer pays for input and what arrived, and the break is no secret.</summary>
public sealed class UpstreamDiesMidStream : ApiTest
{
    [Fact]
    public async Task What_arrived_is_paid_and_the_stream_does_not_look_finished()
    {
        var sale = await Sale.MakeAsync(Actors);
        var chat = Consumer.StreamedChat(sale.Model, "!chunks=50 !cut=5 !tokens=10,500");
        var answer = await sale.Consumer.MayBeCut().Post("/v1/chat/completions", chat);

        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain("[DONE]", answer.Body, StringComparison.Ordinal);
        Assert.True(answer.Exchange.WasCut || answer.Body.Contains("\"error\"", StringComparison.Ordinal), answer.Body);

        var charged = await sale.ChargedAsync();
        Assert.InRange(charged, Sale.PerOutputToken, (500 * Sale.PerOutputToken) - Sale.PerOutputToken);
        await sale.BalanceBecomesAsync(Sale.Balance - charged);
    }

    [Fact]
    public async Task Nothing_is_paid_when_nothing_arrived()
    {
        var sale = await Sale.MakeAsync(Actors);
        var chat = Consumer.Chat(sale.Model, "!cut=0", "\"max_tokens\": 100");
        var answer = await sale.Consumer.Post("/v1/chat/completions", chat);

        Assert.Equal(502, answer.Status);
        await sale.BalanceBecomesAsync(Sale.Balance);
    }
}
