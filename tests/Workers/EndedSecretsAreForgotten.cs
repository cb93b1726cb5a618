using System.Security.Cryptography;

namespace SupplyApi.Tests.Workers;

/// <summary>A key that ended is kept for a day, in case somebody asks why it opens nothing; then it goes.</summary>
public sealed class EndedSecretsAreForgotten
{
    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task A_day_after_their_end()
    {
        await using var api = await StartAsync();
        var app = await (await new Actors(api, null).UserAsync()).CreateAppAsync();
        (await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 3600 }""")).Expect(200);
        (await app.Owner.Post($"{app.Path}/rotate", """{ "overlapSeconds": 604800 }""")).Expect(200);
        Assert.Equal(3, (await SecretRows.OfAsync(api.Database, app.CredentialId)).Count);

        // The first ended with the second rotation, the second ends in a week, the third has no end.
        await using var later = await StartAsync(api.Database, "1.01:00:00");
        await Eventually.Async(
            async () => (await SecretRows.OfAsync(api.Database, app.CredentialId)).Count,
            static count => count == 2, "two are left");
        var shown = (await app.Owner.At(later).Get(app.Path)).Expect(200);
        Assert.NotNull(shown.At("rotation"));
    }

    private Task<SupplyApiProcess> StartAsync(TestDatabase? database = null, string clockOffset = "00:00:00") =>
        SupplyApiProcess.StartAsync(
            new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = clockOffset }, database);
}
