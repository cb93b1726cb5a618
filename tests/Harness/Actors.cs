namespace SupplyApi.Tests.Harness;

/// <summary>The people of a test, made through the public API only and known to nobody else.</summary>
public sealed class Actors(SupplyApiProcess api, Transcript? transcript)
{
    private const string Password = "correct horse battery staple";

    /// <summary>Nobody in particular: no account, no credential.</summary>
    public Client Stranger() => new(api, transcript);

    public async Task<Actor> UserAsync() => await RegisteredAsync(new Actor(api, transcript));

    public async Task<Supplier> SupplierAsync() => await RegisteredAsync(new Supplier(api, transcript));

    public async Task<Actor> AdminAsync()
    {
        var admin = await UserAsync();
        var founder = await api.FounderAsync();
        (await founder.Quietly().Put($"/api/users/{admin.Id}", """{ "is_admin": true }""")).Expect(200);
        return admin;
    }

    /// <summary>A user with money and a key to the gateway.</summary>
    public async Task<Consumer> ConsumerAsync(decimal balance = 100, string keySettings = "{}")
    {
        var consumer = await RegisteredAsync(new Consumer(api, transcript));
        if (balance != 0) await consumer.TopUpAsync(balance);
        await consumer.MakeKeyAsync(keySettings);
        return consumer;
    }

    /// <summary>An app of a user of its own, which signs its requests.</summary>
    /// <param name="more">Further members of what makes its credential.</param>
    public async Task<Signer> SignerAsync(string more = "{}") =>
        new(api, transcript, await (await UserAsync()).CreateAppAsync("HMAC", more));

    /// <summary>A name that no other test uses; the transcript shows it as {name-1}.</summary>
    public string Unique(string kind)
    {
        var name = $"{kind}-{Guid.NewGuid():n}"[..(kind.Length + 13)];
        transcript?.Redactions.Register(kind, name);
        return name;
    }

    internal static async Task<Actor> FoundAsync(SupplyApiProcess api)
    {
        var founder = new Actor(api, null) { Username = "founder", Email = "founder@example.com" };
        var answer = await founder.Post("/api/setup", $$"""
            {
              "site_name": "Test site",
              "username": "{{founder.Username}}",
              "email": "{{founder.Email}}",
              "password": "{{Password}}"
            }
            """);
        founder.SignedIn(answer.Expect(200), Password);
        return founder;
    }

    private async Task<T> RegisteredAsync<T>(T actor) where T : Actor
    {
        await api.FounderAsync(); // Until the first admin exists nobody may register.
        actor.Username = Unique("name");
        actor.Email = $"{Guid.NewGuid():n}"[..12] + "@example.com";
        transcript?.Redactions.Register("email", actor.Email);
        var answer = await actor.Quietly().Post("/auth/password/register", $$"""
            { "username": "{{actor.Username}}", "email": "{{actor.Email}}", "password": "{{Password}}" }
            """);
        actor.SignedIn(answer.Expect(200), Password);
        return actor;
    }
}
