using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Supply.Accounts;

/// <summary>A credential is known by its provider's form before anything goes out; a bad one is not echoed.</summary>
public sealed class CredentialsHaveAForm : ApiTest
{
    private const string Secret = "{secret}";

    private static readonly Dictionary<string, (string[] Good, string[] Bad)> ApiKeys = new()
    {
        ["openai"] = (["sk-{secret}", "sk-proj-{secret}_-Z"], ["{secret}", "sk-ant-{secret}", "SK-{secret}"]),
        ["anthropic"] = (["sk-ant-{secret}", "sk-ant-api03-{secret}-AA"], ["sk-{secret}", "ant-{secret}"]),
        ["gemini"] = (["AIza{secret}", "AIzaSy-{secret}_0"], ["{secret}", "sk-{secret}", "aiza{secret}"]),
        ["baidu"] =
        (
            ["bce-v3/ALTAK-IS6uG1qXcgDDP9RrmjYD9/{secret}", "bce-v3/ALTAK-01234567/{secret}"],
            [
                "{secret}", "sk-{secret}", "bce-v3/ALTAK-{secret}", "bce-v3/ALTAK-0123456/{secret}",
                "bce-v2/ALTAK-01234567/{secret}", "bce-v3/ALTAK-01234567/{secret}/", "bce-v3/ALTAK-01234567/short",
            ]
        ),
        ["xfyun"] =
        (
            ["01234567:{secret}", "abcdefghABCDEFGH0123:{secret}+/="],
            ["{secret}", "sk-{secret}", ":{secret}", "0123456:{secret}", "{secret}:", "01234567:a:{secret}"]
        ),
        ["tencent"] =
            (["sk-{secret}", "sk-{secret}_-"], ["{secret}", "AKID{secret}", "sk-ant-{secret}", "sk-short123"]),
    };

    // Whatever the provider, these are slips.
    private static readonly string[] Slips =
        [" {good}", "{good} ", "{good}\n", "{good}\u0000", "{good}é", "\"{good}\""];

    public static TheoryData<string> Providers => [.. ApiKeys.Keys];

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_an_api_key(string provider)
    {
        var supplier = await Actors.SupplierAsync();
        var (good, bad) = ApiKeys[provider];
        foreach (var form in good) Assert.Equal("200", await VerifyAsync(supplier, provider, "api_key", form));
        foreach (var form in bad.Concat(SlipsOf(good[0])))
            Assert.Equal("422 SUP_ACC_4001", await VerifyAsync(supplier, provider, "api_key", form));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Of_an_oauth_token(string provider)
    {
        var supplier = await Actors.SupplierAsync();
        foreach (var form in (string[])["eyJhbGciOiJSUzI1NiJ9.{secret}.c2lnbmF0dXJl_-", "ya29.{secret}", "!{secret}~"])
            Assert.Equal("200", await VerifyAsync(supplier, provider, "oauth", form));
        foreach (var form in SlipsOf("ya29.{secret}").Where(static one => one[0] != '"').Append("only-19-characters."))
            Assert.Equal("422 SUP_ACC_4001", await VerifyAsync(supplier, provider, "oauth", form));
    }

    private static IEnumerable<string> SlipsOf(string form) =>
        Slips.Select(one => one.Replace("{good}", form, StringComparison.Ordinal));

    private static async Task<string> VerifyAsync(Supplier supplier, string provider, string type, string form)
    {
        var credential = form.Replace(Secret, Canary.Credential(""), StringComparison.Ordinal);
        var answer = await supplier.Quietly().Post("/api/v1/supply/accounts/verify", $$"""
            {
              "provider": "{{provider}}",
              "account_type": "{{type}}",
              "credential_input": {{JsonValue.Create(credential).ToJsonString()}}
            }
            """);
        Assert.DoesNotContain(credential.Trim(), answer.Body, StringComparison.Ordinal);
        return answer.Status == 200 ? "200" : $"{answer.Status} {answer.Text("error.code")}";
    }
}
