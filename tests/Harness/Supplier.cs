namespace SupplyApi.Tests.Harness;

/// <summary>A user who mounts upstream accounts and sells packages on them.</summary>
public sealed class Supplier(SupplyApiProcess api, Transcript? transcript) : Actor(api, transcript)
{
    private static int phones;

    /// <summary>Nobody else's; the service writes it with +86.</summary>
    public string Phone { get; } = $"13{Interlocked.Increment(ref phones):D9}";

    /// <summary>Mounts an account that is still pending; answers with its id.</summary>
    /// <param name="mark">A word the simulated provider reacts to, such as `broken`; see tests/Upstream.</param>
    public async Task<long> CreateAccountAsync(string provider = "openai", string mark = "", string? credential = null)
    {
        var answer = await Quietly().Post("/api/v1/supply/accounts", $$"""
            {
              "provider": "{{provider}}",
              "account_type": "api_key",
              "credential_input": "{{credential ?? CredentialOf(provider, mark)}}",
              "account_alias": "An account",
              "risk_ack": true
            }
            """);
        return Noted("account", answer.Expect(201).Number("data.account_id"));
    }

    /// <summary>Mounts and activates an account.</summary>
    public async Task<long> MountAccountAsync(string provider = "openai", string mark = "", string? credential = null)
    {
        var account = await CreateAccountAsync(provider, mark, credential);
        (await Quietly().Post($"/api/v1/supply/accounts/{account}/activate")).Expect(200);
        return account;
    }

    public async Task<long> DraftPackageAsync(long account, string model, Offer? offer = null)
    {
        offer ??= new Offer();
        var answer = await Quietly().Post("/api/v1/supply/packages/draft", FormattableString.Invariant($$"""
            {
              "supply_account_id": {{account}},
              "model": "{{model}}",
              "total_quota": {{offer.Quota}},
              "price_per_1m_input": {{offer.PriceInput}},
              "price_per_1m_output": {{offer.PriceOutput}},
              "valid_days": 30,
              "max_concurrent": {{offer.MaxConcurrent}},
              "rate_limit_rpm": {{offer.RateLimitRpm}}
            }
            """));
        return Noted("package", answer.Expect(201).Number("data.package_id"));
    }

    /// <summary>From nothing to a package on sale: an account if none is given, a draft, its publication.</summary>
    public async Task<long> PublishPackageAsync(string model, long? account = null, Offer? offer = null)
    {
        var package = await DraftPackageAsync(account ?? await MountAccountAsync(), model, offer);
        (await Quietly().Post($"/api/v1/supply/packages/{package}/publish")).Expect(200);
        return package;
    }

    /// <summary>A bonus from the first admin, to be withdrawn at once; answers with the record's id.</summary>
    public async Task<long> GrantAsync(decimal amount)
    {
        var founder = await Api.FounderAsync();
        var answer = await founder.Quietly().Post($"/api/users/{Id}/earnings", FormattableString.Invariant($$"""
            { "earnings_type": "bonus", "amount": "{{amount}}", "description": "A bonus" }
            """));
        return Noted("record", answer.Expect(201).Number("record_id"));
    }

    /// <summary>Has a code sent to the phone, and reads it there. Once a minute unless the last was used.</summary>
    public async Task<string> AskForCodeAsync()
    {
        var ask = $$"""{ "phone": "{{Phone}}" }""";
        (await Quietly().Post("/api/v1/supply/settlements/sms-code", ask)).Expect(200);
        var code = (await Suite.SmsAsync()).Deliveries.Last(one => one.Text("phone") == "+86" + Phone).Text("code");
        Transcript?.Redactions.RegisterCode(code);
        return code;
    }

    /// <summary>A credential in the form of the provider, random and watched by the canary.</summary>
    public static string CredentialOf(string provider, string mark = "") => provider switch
    {
        "anthropic" => Canary.Credential("sk-ant-api03-", mark),
        "gemini" => Canary.Credential("AIzaSy-", mark),
        "baidu" => Canary.Credential("bce-v3/ALTAK-0123456789/", mark),
        "xfyun" => Canary.Credential("0123456789:", mark),
        _ => Canary.Credential("sk-", mark),
    };

    public new Supplier At(SupplyApiProcess other) => (Supplier)base.At(other);
}

/// <summary>What a package costs and carries.</summary>
public sealed record Offer(
    decimal Quota = 1000,
    decimal PriceInput = 1,
    decimal PriceOutput = 2,
    int MaxConcurrent = 100,
    int RateLimitRpm = 10_000);
