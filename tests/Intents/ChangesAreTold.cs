using System.Globalization;

namespace SupplyApi.Tests.Intents;

/// <summary>Who listens is told of each change of an intent, signed, and nothing of whom it is for.</summary>
public sealed class ChangesAreTold : OwnProcessTest
{
    private Receiver receiver = null!;

    protected override async Task<SupplyApiProcess> StartAsync()
    {
        receiver = await Receiver.StartAsync();
        return await SupplyApiProcess.StartAsync(receiver.Settings());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task From_its_draft_to_its_end()
    {
        var app = await Actors.SignerAsync();
        var intent = await app.MakeAsync("""{ "status": "DRAFT" }""");
        var path = $"/api/v1/intents/{intent}";
        (await app.Put(path, """{ "quantity": 3 }""")).Expect(200);
        (await app.Put(path, """{ "status": "SUBMITTED" }""")).Expect(200);
        await Actors.StepAsync(intent, "process", "fail");
        (await app.Delete(path)).Expect(204);
        var other = await app.MakeAsync();
        (await app.Put($"/api/v1/intents/{other}", """{ "status": "CANCELLED" }""")).Expect(200);
        var bought = await app.MakeAsync();
        await Actors.StepAsync(bought, "process", "complete");

        string[] wanted =
        [
            $"{intent} draft", $"{intent} update", $"{intent} submitted", $"{intent} processing", $"{intent} failed",
            $"{intent} delete", $"{other} submitted", $"{other} cancelled", $"{bought} submitted",
            $"{bought} processing", $"{bought} completed",
        ];
        var told = await receiver.BecomesAsync(
            seen => wanted.All(Told(seen).Contains), "all changes told of");
        Assert.Equal(wanted.Order(StringComparer.Ordinal), Told(told).Distinct().Order(StringComparer.Ordinal));
        Assert.All(told.Where(IsOfIntents), one =>
        {
            Assert.Equal(app.App.ConsumerId, one.Body["data"]!["consumer_id"]!.GetValue<string>());
            var text = one.Body.ToJsonString();
            Assert.DoesNotContain("13800001234", text, StringComparison.Ordinal);
            Assert.DoesNotContain("user_001", text, StringComparison.Ordinal);
        });
    }

    private static List<string> Told(IReadOnlyList<Delivery> seen) => [.. seen.Where(IsOfIntents).Select(static one =>
        string.Create(CultureInfo.InvariantCulture,
            $"{one.Body["data"]!["intent_id"]!.GetValue<string>()} {one.Text("name").Split('.')[2]}"))];

    private static bool IsOfIntents(Delivery one) =>
        one.Text("name").StartsWith("procurement.intent.", StringComparison.Ordinal);
}
