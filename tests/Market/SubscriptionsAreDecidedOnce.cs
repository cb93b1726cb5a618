namespace SupplyApi.Tests.Market;

/// <summary>The supplier, an administrator and the consumer at once: one decides, and the books agree.</summary>
public sealed class SubscriptionsAreDecidedOnce : ApiTest
{
    private const int Rounds = 8;
    private const string No = """{ "reason": "No." }""";

    [Fact]
    public async Task Whoever_comes_first()
    {
        var offering = await Offering.MakeGuardedAsync(Actors);
        var supplier = offering.Supplier.Quietly();
        var admin = (await Actors.AdminAsync()).Quietly();
        var active = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var consumer = await Subscriber.MakeAsync(Actors);
            var id = await consumer.SubscribedAsync(offering);
            var (approved, rejected, approvedByAdmin, rejectedByAdmin, cancelled) = (
                supplier.Post($"/api/v1/supply/subscriptions/{id}/approve"),
                supplier.Post($"/api/v1/supply/subscriptions/{id}/reject", No),
                admin.Post($"/api/subscriptions/{id}/approve"),
                admin.Post($"/api/subscriptions/{id}/reject", No),
                consumer.Owner.Quietly().Delete($"{consumer.Path}/sub_{id}"));
            var answers = await Task.WhenAll(approved, rejected, approvedByAdmin, rejectedByAdmin, cancelled);
            Assert.All(answers, static one => Assert.True(one.Status is 200 or 204 or 409, one.ToString()));
            var wasApproved = (await approved).Status == 200 || (await approvedByAdmin).Status == 200;

            // Who gives up what was just approved comes second, but is not refused.
            var wasCancelled = (await cancelled).Status == 204;
            Assert.Equal(wasApproved && wasCancelled ? 2 : 1, answers.Count(static one => one.Status < 300));
            Assert.Equal(wasApproved && !wasCancelled ? "ACTIVE" : "INACTIVE", await consumer.StatusAsync(id));
            await FollowsAsync(id);
            if (wasApproved) active++;
        }

        var bill = (await supplier.Get("/api/v1/supply/billing")).Expect(200);
        Assert.Equal(active, bill.Number("data.summary.total_orders"));
    }

    // Each deed on record begins where the one before ended.
    private async Task FollowsAsync(long id)
    {
        var deeds = await Trail.AuditAsync(Api.Database, "subscription", id);
        for (var at = 1; at < deeds.Count; at++)
            Assert.Equal(StatusIn(deeds[at - 1].After), StatusIn(deeds[at].Before));
    }

    private static string StatusIn(string? state) =>
        System.Text.Json.Nodes.JsonNode.Parse(state!)!["status"]!.GetValue<string>();
}
