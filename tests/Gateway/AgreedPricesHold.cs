using System.Globalization;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>
/// Who subscribes to a package pays no more than was agreed on, whatever the supplier asks later, and less when the
/// supplier asks less; each price by itself. The supplier earns by the same.
/// </summary>
public sealed class AgreedPricesHold : ApiTest
{
    private const decimal Input = 1000;
    private const decimal Output = 2000;

    [Theory]
    [InlineData(5000, 5000, 0.02)]
    [InlineData(5000, 1000, 0.015)]
    [InlineData(500, 5000, 0.015)]
    [InlineData(500, 1000, 0.01)]
    public async Task For_as_long_as_it_lasts(int input, int output, double cost)
    {
        var owner = await Actors.UserAsync();
        await owner.TopUpAsync(Sale.Balance);
        var offering = await Offering.MakeAsync(Actors, new Offer(PriceInput: Input, PriceOutput: Output));
        var app = await owner.CreateAppAsync();
        var subscriber = new Subscriber(owner, app.ConsumerId);
        var id = await subscriber.SubscribedAsync(offering);
        // Somebody else's call tells when the new price is there: by the model's own key nothing was agreed.
        var other = await Actors.ConsumerAsync(Sale.Balance);
        (await offering.Supplier.Quietly().Post("/api/v1/supply/packages/batch-price", $$"""
            {
              "items": [
                {
                  "package_id": {{offering.Package}},
                  "price_per_1m_input": {{input}},
                  "price_per_1m_output": {{output}}
                }
              ]
            }
            """)).Expect(200);
        var present = ((10 * input) + (5 * output)) / 1_000_000m;
        await Eventually.Async(
            async () => (await CallAsync(other, offering.Model)).Charged, seen => seen == present, "the new price");

        var key = Actors.Stranger().Quietly().With("Authorization", $"Bearer {app.Key}");
        var (charged, earned, fee) = await CallAsync(key, offering.Model);
        Assert.Equal(((decimal)cost, charged), (charged, earned + fee));
        var seen = await subscriber.SeenAsync(id);
        Assert.Equal(("1000", "2000"), (seen.Text("agreedPricePer1mInput"), seen.Text("agreedPricePer1mOutput")));
    }

    [Fact]
    public async Task From_the_moment_of_approval()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var consumer = await Subscriber.MakeAsync(Actors);
        var id = await consumer.SubscribedAsync(offering);
        Assert.Null((await consumer.SeenAsync(id)).At("agreedPricePer1mInput"));
        (await offering.Supplier.Quietly().Post($"/api/v1/supply/subscriptions/{id}/approve")).Expect(200);
        Assert.Equal("1", (await consumer.SeenAsync(id)).Text("agreedPricePer1mInput"));
    }

    private async Task<(decimal Charged, decimal Earned, decimal Fee)> CallAsync(Client client, string model)
    {
        var answer = await client.Quietly().Post("/v1/chat/completions", Consumer.Chat(model, "!tokens=10,5"));
        await UsageRow.PostedAsync(Api.Database, answer.Expect(200));
        var row = JsonNode.Parse(await Api.Database.ValueAsync<string>($"""
            select json_build_object('charged', charged::text, 'earned', earned::text, 'fee', fee::text)::text
              from gateway_usage where request_id = '{answer.Header("X-Request-Id")}'
            """))!;
        return (Amount("charged"), Amount("earned"), Amount("fee"));

        decimal Amount(string name) => decimal.Parse(row[name]!.GetValue<string>(), CultureInfo.InvariantCulture);
    }
}
