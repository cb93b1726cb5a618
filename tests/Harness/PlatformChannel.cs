namespace SupplyApi.Tests.Harness;

/// <summary>
/// One of the platform's own channels, set up by an admin of its own; the transcript shows none of that.
/// </summary>
public sealed record PlatformChannel(Actor Admin, long Id, string Credential)
{
    /// <param name="more">Further members of the request.</param>
    public static async Task<PlatformChannel> OpenAsync(Actors actors, string type = "openai", string more = "{}")
    {
        var admin = await actors.AdminAsync();
        var credential = Supplier.CredentialOf(type);
        var body = $$"""{ "name": "A channel", "type": "{{type}}", "api_key": "{{credential}}" }""".But(more);
        var answer = (await admin.Quietly().Post("/api/channels", body)).Expect(200);
        return new PlatformChannel(admin, admin.Noted("channel", answer.Number("id")), credential);
    }

    /// <summary>Answers with the model's id.</summary>
    /// <param name="prices">Of a million tokens, one and two unless given.</param>
    public static async Task<long> PriceAsync(Actor admin, string model, string prices = "{}")
    {
        var body = $$"""{ "model_name": "{{model}}", "input_price": 1, "output_price": 2 }""".But(prices);
        var answer = (await admin.Quietly().Post("/api/models", body)).Expect(200);
        return admin.Noted("model", answer.Number("id"));
    }

    /// <summary>Has the channel serve a model that has a price; answers with the id of the two.</summary>
    public async Task<long> ServeAsync(string model, string more = "{}")
    {
        var body = $$"""{ "model_name": "{{model}}" }""".But(more);
        var answer = (await Admin.Quietly().Post($"/api/channels/{Id}/models", body)).Expect(200);
        return Admin.Noted("channel-model", answer.Number("id"));
    }

    /// <summary>From nothing to a model on sale.</summary>
    public static async Task<PlatformChannel> SellAsync(
        Actors actors, string model, string prices = "{}", string type = "openai", string more = "{}")
    {
        var channel = await OpenAsync(actors, type, more);
        await PriceAsync(channel.Admin, model, prices);
        await channel.ServeAsync(model);
        return channel;
    }
}
