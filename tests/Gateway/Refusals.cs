namespace SupplyApi.Tests.Gateway;

/// <summary>Each refusal that any way to call a model can give, once; the transcript shows its dialect.</summary>
internal static class Refusals
{
    internal static async Task SeeAsync(Actors actors, Way way, params string[] wrong)
    {
        var sale = await Sale.MakeAsync(actors, provider: way.Provider);
        foreach (var body in wrong)
            Assert.Equal(400, (await sale.Consumer.Post(
                way.PathOf(sale.Model), body.Replace("{model}", sale.Model, StringComparison.Ordinal))).Status);
        Assert.Equal(404, (await way.CallAsync(sale.Consumer, "nobody-sells-this", "Hello.")).Status);
        var calls = await CallsAsync(sale);
        await RefuseWhoMayNotAsync(actors, way, sale);
        Assert.Equal(calls, await CallsAsync(sale));

        foreach (var (prompt, status) in ((string, int)[])
            [
                ("!status=400", 400), ("!leak", 400), ("!status=401", 502), ("!status=403", 502), ("!status=404", 404),
                ("!status=429", 429), ("!status=500", 502), ("!status=503", 503), ("!cut=0", 502), ("!garbage", 502),
            ])
        {
            if (prompt is "!cut=0" or "!garbage" && way.Name == "streamGenerateContent") continue;
            // Who refused once, or too often, is left alone for a while.
            var model = (await sale.OfAnotherModelAsync(actors)).Model;
            var answer = await way.CallAsync(sale.Consumer, model, prompt);
            Assert.True(status == answer.Status, $"{prompt}: {answer}");
            Assert.DoesNotContain(sale.Credential[8..14], answer.Body, StringComparison.Ordinal);
        }

        var last = await sale.OfAnotherModelAsync(actors);
        var outOfCredit = await way.CallAsync(sale.Consumer, last.Model, "!quota");
        Assert.Contains(outOfCredit.Status, (int[])[429, 502]);
        Assert.Equal(Sale.Balance, await sale.Consumer.BalanceAsync());
    }

    private static async Task RefuseWhoMayNotAsync(Actors actors, Way way, Sale sale)
    {
        Assert.Equal(401, (await way.CallAsync(actors.Stranger(), sale.Model, "Hello.")).Status);
        var inTheQuery = way.PathOf(sale.Model) + (way.Path.Contains('?') ? "&key=some" : "?key=some");
        Assert.Equal(401, (await sale.Consumer.Post(inTheQuery, way.Body(sale.Model, "Hello."))).Status);
        var other = await actors.ConsumerAsync(1, """{ "allowed_models": ["another"] }""");
        Assert.Equal(403, (await way.CallAsync(other, sale.Model, "Hello.")).Status);
        if (way.IsFree) return;

        var poor = await actors.ConsumerAsync(0);
        Assert.Equal(402, (await way.CallAsync(poor, sale.Model, "Hello.")).Status);
    }

    private static async Task<int> CallsAsync(Sale sale)
    {
        var upstream = await Suite.UpstreamAsync();
        return (await upstream.CallsAsync(sale.Credential)).Count(static one => one.IsCompletion);
    }
}
