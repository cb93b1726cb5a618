namespace SupplyApi.Tests.Supply.Accounts;

public sealed class VerifySupplyAccountTests : ApiTest
{
    private const string Path = "/api/v1/supply/accounts/verify";

    private static readonly string[] Providers = ["openai", "anthropic", "gemini", "baidu", "xfyun", "tencent"];

    [Fact]
    public async Task Passes_what_the_provider_accepts()
    {
        var supplier = await Actors.SupplierAsync();
        foreach (var provider in Providers) await supplier.Post(Path, Candidate(provider));

        Transcript.Matches();
    }

    [Fact]
    public async Task Asks_for_a_review_where_much_is_unknown()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, Candidate("openai", "nobalance"));
        await supplier.Post(Path, Candidate("openai", "busy"));
        await supplier.Post(Path, Candidate("anthropic").But("""{ "account_type": "oauth" }"""));
        await supplier.Post(Path, Candidate("openai", "busy").But("""{ "account_type": "oauth" }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Rejects_what_the_provider_refuses()
    {
        var supplier = await Actors.SupplierAsync();
        foreach (var provider in Providers) await supplier.Post(Path, Candidate(provider, "invalid"));
        await supplier.Post(Path, Candidate("openai", "denied"));

        Transcript.Matches();
    }

    [Fact]
    public async Task Rejects_a_balance_below_the_threshold()
    {
        var supplier = await Actors.SupplierAsync();
        var poor = Candidate("openai", "poor");
        await supplier.Post(Path, poor.But("""{ "min_quota_threshold": 0.500001 }"""));
        await supplier.Post(Path, poor.But("""{ "min_quota_threshold": 0.5 }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Says_that_the_provider_failed()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Post(Path, Candidate("openai", "broken"));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_a_credential_in_another_form()
    {
        var supplier = await Actors.SupplierAsync();
        foreach (var provider in Providers)
            await supplier.Post(Path, Candidate(provider).But("""{ "credential_input": "no spaces here" }"""));
        await supplier.Post(Path, Candidate("openai")
            .But("""{ "account_type": "oauth", "credential_input": "nineteen-characters" }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_asked_for()
    {
        var supplier = await Actors.SupplierAsync();
        var good = Candidate("openai");
        await supplier.Post(Path, good.Without("provider"));
        await supplier.Post(Path, good.But("""{ "provider": "azure" }"""));
        await supplier.Post(Path, good.But("""{ "account_type": "password" }"""));
        await supplier.Post(Path, good.But("""{ "credential_input": "sk-1234" }"""));
        await supplier.Post(Path, good.But("""{ "credential_input": null }"""));
        await supplier.Post(Path, good.But("""{ "min_quota_threshold": -0.000001 }"""));
        await supplier.Post(Path, good.But("""{ "min_quota_threshold": 0.0000001 }"""));
        await supplier.Post(Path, good.But("""{ "min_quota_threshold": "10" }"""));
        await supplier.Post(Path, good.But("""{ "account_alias": "Main" }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_a_credential_that_is_too_long()
    {
        var supplier = await Actors.SupplierAsync();
        var longest = $$"""{ "credential_input": "sk-{{new string('a', 4093)}}" }""";
        var tooLong = $$"""{ "credential_input": "sk-{{new string('a', 4094)}}" }""";

        Assert.Equal(200, (await supplier.Post(Path, Candidate("openai").But(longest))).Status);
        Assert.Equal(400, (await supplier.Post(Path, Candidate("openai").But(tooLong))).Status);
    }

    private static string Candidate(string provider, string mark = "") => $$"""
        {
          "provider": "{{provider}}",
          "account_type": "api_key",
          "credential_input": "{{Supplier.CredentialOf(provider, mark)}}"
        }
        """;
}
