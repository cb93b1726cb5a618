using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Each ending of a call has one rule, to the last decimal: what the consumer pays, what the supplier earns, and the
/// platform's tenth. Who leaves in the middle: Faults/ClientLeavesMidStream.
/// </summary>
public sealed class EndingsAreBilled : ApiTest
{
    private const string Unary = "\"max_tokens\": 1000";
    private const string Stream = "\"max_tokens\": 1000, \"stream\": true";

    [Theory]
    [InlineData("!tokens=10,5", Unary, 0.02)]
    [InlineData("!tokens=10,5", Stream, 0.02)]
    [InlineData("!tokens=100,5,80", Stream, 0.11)]
    [InlineData("!tokens=10,5 !nodone", Stream, 0.02)]
    [InlineData("!tokens=10,7 !split", Stream, 0.024)]
    [InlineData("!tokens=10,50 !cumulative", Stream, 0.11)]
    [InlineData("!zerousage", Unary, 0)]
    [InlineData("!zerousage", Stream, 0)]
    [InlineData("!zerousage !cumulative", Stream, 0)]
    public async Task By_what_the_provider_reports(string prompt, string more, decimal cost)
    {
        var sale = await Sale.MakeAsync(Actors);
        (await ChatAsync(sale, prompt, more)).Expect(200);
        await BilledAsync(sale, cost);
    }

    [Theory]
    [InlineData("!nousage", Unary)]
    [InlineData("!nousage", Stream)]
    [InlineData("!nousage !split !chunks=40", Stream)]
    [InlineData("!error !chunks=20", Stream)]
    public async Task By_counting_where_nothing_is_reported(string prompt, string more)
    {
        var sale = await Sale.MakeAsync(Actors);
        var answer = (await ChatAsync(sale, prompt, more)).Expect(200);
        var (input, output) = (Tokens(answer.Exchange.RequestBody!), Tokens(Said(answer)));
        Assert.True(output > 0, answer.Body);
        await BilledAsync(sale, (input * Sale.PerInputToken) + (output * Sale.PerOutputToken));
    }

    [Theory]
    [InlineData("!status=400", 400)]
    [InlineData("!status=401", 502)]
    [InlineData("!status=429", 429)]
    [InlineData("!status=500", 502)]
    [InlineData("!cut=0", 502)]
    [InlineData("!garbage", 502)]
    [InlineData("!garbage", 200, Stream)]
    public async Task By_nothing_where_nothing_came(string prompt, int status, string more = Unary)
    {
        var sale = await Sale.MakeAsync(Actors);
        (await ChatAsync(sale, prompt, more)).Expect(status);
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
        Assert.Empty((await RecordsAsync(sale)).AsArray());
        Assert.Equal(0, await sale.ChargedAsync(calls: 0));
    }

    // 7 x 0.333333 + 3 x 0.777777 millionths are 0.000004666662; the tenth of that has ten places too many.
    [Fact]
    public async Task With_nine_places_and_not_one_more()
    {
        var sale = await Sale.MakeAsync(Actors, new Offer(PriceInput: 0.333333m, PriceOutput: 0.777777m));
        (await ChatAsync(sale, "!tokens=7,3", Unary)).Expect(200);
        Assert.Equal(0.000004667m, await sale.ChargedAsync());
        await BilledAsync(sale, 0.000004667m, fee: 0.000000467m);
    }

    [Fact]
    public async Task Above_the_hold_only_as_far_as_the_wallet_reaches()
    {
        var sale = await Sale.MakeAsync(Actors);
        await sale.Consumer.TopUpAsync(0.3m);
        (await ChatAsync(sale, "!tokens=10,50", "\"max_tokens\": 1")).Expect(200);
        Assert.Equal(0.11m, await sale.ChargedAsync());
        await sale.BalanceBecomesAsync(0.19m);

        (await ChatAsync(sale, "!tokens=10,5000", "\"max_tokens\": 1")).Expect(200);
        Assert.Equal(0.3m, await sale.ChargedAsync(calls: 2));
        await sale.BalanceBecomesAsync(0);
    }

    private static Task<Answer> ChatAsync(Sale sale, string prompt, string more) =>
        sale.Consumer.Quietly().Post("/v1/chat/completions", Consumer.Chat(sale.Model, prompt, more));

    private static async Task BilledAsync(Sale sale, decimal cost, decimal? fee = null)
    {
        Assert.Equal(cost, await sale.ChargedAsync());
        await sale.BalanceBecomesAsync(Sale.Balance - cost);

        var tenth = fee ?? cost / 10;
        var records = await RecordsAsync(sale);
        if (cost == 0) Assert.Empty(records.AsArray());
        else Assert.Equal(cost - tenth, Assert.Single(records.AsArray())!["amount"]!.GetValue<decimal>());

        var bill = (await sale.Supplier.Quietly().Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(
            (cost, tenth, cost - tenth),
            (bill.Amount("data.summary.total_revenue"), bill.Amount("data.summary.platform_fee"),
                bill.Amount("data.summary.net_earnings")));
    }

    private static async Task<JsonNode> RecordsAsync(Sale sale) =>
        (await sale.Supplier.Quietly().Get("/api/v1/supply/earnings/records")).Expect(200).At("data")!;

    /// <summary>The published rule: four ASCII characters are a token, any other character is one.</summary>
    private static int Tokens(string text)
    {
        var others = text.EnumerateRunes().Count(static one => !one.IsAscii);
        return ((text.EnumerateRunes().Count() - others + 3) / 4) + others;
    }

    private static string Said(Answer answer)
    {
        if (answer.Exchange.MediaType == "application/json") return answer.Text("choices.0.message.content");
        var said = new StringBuilder();
        foreach (var line in answer.Body.Split('\n'))
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal)) continue;
            said.Append(JsonNode.Parse(line[6..])!["choices"]?[0]?["delta"]?["content"]?.GetValue<string>());
        }

        return said.ToString();
    }
}
