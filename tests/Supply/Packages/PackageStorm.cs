namespace SupplyApi.Tests.Supply.Packages;

/// <summary>Three hundred at once on one package: each is done or refused, and the audit log tells one story.</summary>
public sealed class PackageStorm : ApiTest
{
    private const int Each = 100;

    [Fact]
    public async Task Skips_no_state()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(Actors.Unique("model"));
        var path = $"/api/v1/supply/packages/{package}";
        var quiet = supplier.Quietly();
        var answers = await Task.WhenAll(Enumerable.Range(0, Each).SelectMany(one => (Task<Answer>[])
        [
            quiet.Post($"{path}/publish"),
            quiet.Post($"{path}/pause"),
            quiet.Post("/api/v1/supply/packages/batch-price", $$"""
                {
                  "items": [
                    { "package_id": {{package}}, "price_per_1m_input": {{10 + one}}, "price_per_1m_output": 2 }
                  ]
                }
                """),
        ]));
        Assert.All(answers, static one => Assert.True(one.Status is 200 or 409, one.ToString()));

        var trail = await PackageRows.TrailAsync(Api.Database, package);
        var states = trail.Where(static one => one.After!.ContainsKey("status")).Select(static one => one.Status);
        var prices = trail.Where(static one => one.Action == "supply.package.price.batch_update")
            .Select(static one => (Price(one.Before), Price(one.After))).ToList();
        Assert.Equal(Each, prices.Count);
        var now = (await quiet.Get(path)).Expect(200);
        Follow(null, [.. states], now.Text("data.status"));
        Follow("1", prices, now.At("data.price_per_1m_input")!.ToString());
        Assert.Equal(
            answers.Count(static one => one.Status == 200),
            trail.Count - 2); // the draft and its first publication
    }

    private static void Follow(string? first, List<(string? Before, string? After)> steps, string last)
    {
        var state = first;
        foreach (var (before, after) in steps)
        {
            Assert.Equal(state, before);
            Assert.NotEqual(before, after);
            state = after;
        }

        Assert.Equal(last, state);
    }

    private static string? Price(System.Text.Json.Nodes.JsonObject? state) => state!["price_per_1m_input"]!.ToString();
}
