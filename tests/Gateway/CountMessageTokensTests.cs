namespace SupplyApi.Tests.Gateway;

public sealed class CountMessageTokensTests : ApiTest
{
    [Fact]
    public async Task Counts_for_nothing_and_needs_no_money()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "anthropic");
        await Way.MessageTokens.CallAsync(sale.Consumer, sale.Model, "How long is this?");
        var poor = await Actors.ConsumerAsync(0);
        (await Way.MessageTokens.CallAsync(poor.Quietly(), sale.Model, "How long is this?")).Expect(200);
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
        Assert.Equal(0, await sale.ChargedAsync(calls: 0));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_in_its_own_words()
    {
        await Refusals.SeeAsync(
            Actors, Way.MessageTokens, """{ "messages": [] }""", """{ "model": "{model}", "messages": [] }""");

        Transcript.Matches();
    }
}
