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
