namespace SupplyApi.Tests.Harness;

/// <summary>A signed-in user.</summary>
public class Actor(SupplyApiProcess api, Transcript? transcript) : Client(api, transcript)
{
    public long Id { get; private set; }
    public string Username { get; internal set; } = "";
    public string Email { get; internal set; } = "";
    public string Password { get; private set; } = "";
    public string Token { get; private set; } = "";

    /// <summary>Credited by the first admin, over whatever stands there.</summary>
    public async Task TopUpAsync(decimal balance)
    {
        var founder = await Api.FounderAsync();
        var change = FormattableString.Invariant($$"""{ "balance": "{{balance}}" }""");
        (await founder.Quietly().Put($"/api/users/{Id}", change)).Expect(200);
    }

    public async Task<decimal> BalanceAsync() =>
        (await WithCredential(Token).Quietly().Get("/api/user/me")).Expect(200).Amount("balance");

    /// <summary>An application of this user's; answers with its id.</summary>
    /// <param name="more">Further members of the request.</param>
    public async Task<string> CreateConsumerAsync(string more = "{}")
    {
        var name = $"App {Guid.NewGuid():n}"[..16];
        Transcript?.Redactions.Register("app-name", name);
        var answer = await WithCredential(Token).Quietly()
            .Post("/api/v1/consumers", $$"""{ "name": "{{name}}" }""".But(more));
        return Noted(answer.Expect(201).Text("id"));
    }

    /// <summary>A consumer, if none is given, and a credential of its own.</summary>
    /// <param name="mode">API_KEY, HMAC or JWT, which needs `more`.</param>
    public async Task<App> CreateAppAsync(string mode = "API_KEY", string more = "{}", string? consumer = null)
    {
        consumer ??= await CreateConsumerAsync();
        var answer = await WithCredential(Token).Quietly()
            .Post($"/api/v1/consumers/{consumer}/credentials", $$"""{ "mode": "{{mode}}" }""".But(more));
        var credential = Noted(answer.Expect(201).Text("id"));
        var app = new App(
            this, consumer, credential, TextOrNull("apiKeyValue"), TextOrNull("appId"), TextOrNull("secretKey"));
        if (app.Key is not null) Transcript?.Redactions.Register("key", app.Key);
        if (app.AppId is not null) Transcript?.Redactions.Register("app", app.AppId);
        if (app.Secret is not null) Transcript?.Redactions.Register("secret", app.Secret);
        // It has been shown once: from now on nothing may hold it, the database included.
        if ((app.Key ?? app.Secret) is { } shown) Canary.Register(shown);
        return app;

        string? TextOrNull(string member) => answer.At(member)?.GetValue<string>();
    }

    /// <summary>The same for an id with its kind before it, con_12.</summary>
    internal string Noted(string id)
    {
        Transcript?.Redactions.RegisterId(id);
        return id;
    }

    /// <summary>An id that the transcript will meet in a path or a body.</summary>
    internal long Noted(string kind, long id)
    {
        Transcript?.Redactions.RegisterId(kind, id);
        return id;
    }

    internal void SignedIn(Answer answer, string password)
    {
        Id = answer.Number("user.id");
        Transcript?.Redactions.RegisterId("user", Id);
        Credential = Token = answer.Text("token");
        Password = password;
    }
}
