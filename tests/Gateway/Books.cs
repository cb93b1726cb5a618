using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>What a call leaves behind: with the consumer, the supplier, the platform and in the usage row.</summary>
internal static class Books
{
    internal static async Task BilledAsync(
        TestDatabase database, Sale sale, string ending, string basis, long input, long output)
    {
        var row = await UsageRow.LastAsync(database, sale.Consumer);
        Assert.Equal((ending, basis, input, output), (row.Ending, row.Basis, row.Input, row.Output));
        await EarnedAsync(sale, (input * Sale.PerInputToken) + (output * Sale.PerOutputToken));
    }

    internal static async Task EarnedAsync(Sale sale, decimal cost, decimal? fee = null)
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

    internal static async Task<JsonNode> RecordsAsync(Sale sale) =>
        (await sale.Supplier.Quietly().Get("/api/v1/supply/earnings/records")).Expect(200).At("data")!;

    /// <summary>The published rule: four ASCII characters are a token, any other character is one.</summary>
    internal static int Tokens(string text)
    {
        var others = text.EnumerateRunes().Count(static one => !one.IsAscii);
        return ((text.EnumerateRunes().Count() - others + 3) / 4) + others;
    }

    internal static string StreamOf(Way way) => way.Provider == "gemini" ? "" : "\"stream\": true";

    /// <summary>How many pieces of the answer's text have come.</summary>
    internal static int Pieces(Way way, string text) => way.Provider switch
    {
        "gemini" => text.Split("\"responseId\"").Length - 1,
        "anthropic" => text.Split("text_delta\"").Length - 1
            - (text.EndsWith("}\n\n", StringComparison.Ordinal) ? 0 : 1),
        _ => text.Split("\n\n").Length - 2, // the opening is none
    };
}
