namespace SupplyApi.Tests.Supply.Accounts;

public sealed class GetSupplyAccountTests : ApiTest
{
    private const string Accounts = "/api/v1/supply/accounts";

    [Fact]
    public async Task Shows_what_was_mounted()
    {
        var supplier = await Actors.SupplierAsync();
        var openai = await supplier.MountAccountAsync();
        var anthropic = await supplier.CreateAccountAsync("anthropic");
        await supplier.Get($"{Accounts}/{openai}");
        await supplier.Get($"{Accounts}/{anthropic}");

        Transcript.Matches();
    }

    [Fact]
    public async Task Shows_the_same_as_its_creation()
    {
        var supplier = await Actors.SupplierAsync();
        var created = (await supplier.Post(Accounts, $$"""
            {
              "provider": "gemini",
              "account_type": "api_key",
              "credential_input": "{{Supplier.CredentialOf("gemini")}}",
              "risk_ack": true
            }
            """)).Expect(201);
        var shown = (await supplier.Get($"{Accounts}/{created.Number("data.account_id")}")).Expect(200);

        Assert.Equal(created.At("data")!.ToJsonString(), shown.At("data")!.ToJsonString());
    }

    [Fact]
    public async Task Does_not_find_what_is_not_there()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.Get($"{Accounts}/0");
        await supplier.Get($"{Accounts}/9223372036854775807");

        Transcript.Matches();
    }
}
