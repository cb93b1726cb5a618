namespace SupplyApi.Tests.Supply.Packages;

public sealed class SaveSupplyPackageDraftTests : ApiTest
{
    private const string Path = "/api/v1/supply/packages/draft";

    [Fact]
    public async Task Writes_an_offer_down()
    {
        var supplier = await Actors.SupplierAsync();
        var draft = Draft(await supplier.MountAccountAsync());
        await supplier.Post(Path, draft);
        await supplier.Post(Path, draft.But("""
            {
              "total_quota": 0.000000001,
              "price_per_1m_input": 0,
              "price_per_1m_output": 0.000001,
              "valid_days": 365,
              "max_concurrent": 1000,
              "rate_limit_rpm": 100000
            }
            """));

        Transcript.Matches();
    }

    [Fact]
    public async Task Every_save_is_another_draft()
    {
        var supplier = await Actors.SupplierAsync();
        var draft = Draft(await supplier.MountAccountAsync());
        var first = (await supplier.Post(Path, draft)).Expect(201);
        var second = (await supplier.Post(Path, draft)).Expect(201);

        Assert.NotEqual(first.Number("data.package_id"), second.Number("data.package_id"));
    }

    [Fact]
    public async Task Asks_for_an_active_account_of_the_supplier()
    {
        var supplier = await Actors.SupplierAsync();
        var pending = await supplier.CreateAccountAsync();
        var foreign = await (await Actors.SupplierAsync()).MountAccountAsync();
        await supplier.Post(Path, Draft(pending));
        await supplier.Post(Path, Draft(foreign));
        await supplier.Post(Path, Draft(9_000_000_000));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_more_than_the_whole_quota_of_the_account()
    {
        var supplier = await Actors.SupplierAsync();
        var draft = Draft(await supplier.MountAccountAsync(mark: "poor"));
        await supplier.Post(Path, draft.But("""{ "total_quota": 0.500000001 }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 0.5 }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 0.5 }"""));

        Transcript.Matches();
        var untold = Draft(await supplier.MountAccountAsync("anthropic"));
        (await supplier.Quietly().Post(Path, untold.But("""{ "total_quota": 999999999999999 }"""))).Expect(201);
    }

    [Fact]
    public async Task Refuses_what_is_out_of_range()
    {
        var supplier = await Actors.SupplierAsync();
        var draft = Draft(await supplier.MountAccountAsync());
        await supplier.Post(Path, draft.But("""{ "model": "  " }"""));
        await supplier.Post(Path, draft.But($$"""{ "model": "{{new string('m', 101)}}" }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 0 }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 0.0000000001 }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 1000000000000000 }"""));
        await supplier.Post(Path, draft.But("""{ "price_per_1m_input": -1 }"""));
        await supplier.Post(Path, draft.But("""{ "price_per_1m_output": 0.0000001 }"""));
        await supplier.Post(Path, draft.But("""{ "valid_days": 0 }"""));
        await supplier.Post(Path, draft.But("""{ "valid_days": 366 }"""));
        await supplier.Post(Path, draft.But("""{ "max_concurrent": 1001 }"""));
        await supplier.Post(Path, draft.But("""{ "rate_limit_rpm": 0 }"""));

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_not_asked_for()
    {
        var supplier = await Actors.SupplierAsync();
        var draft = Draft(await supplier.MountAccountAsync());
        await supplier.Post(Path, draft.Without("valid_days").Without("model"));
        await supplier.Post(Path, draft.But("""{ "model": null }"""));
        await supplier.Post(Path, draft.But("""{ "model": "a\u0000b" }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": "100" }"""));
        await supplier.Post(Path, draft.But("""{ "total_quota": 1e400 }"""));
        await supplier.Post(Path, draft.But("""{ "valid_days": 1.5 }"""));
        await supplier.Post(Path, draft.But("""{ "available_quota": 5 }"""));

        Transcript.Matches();
    }

    private string Draft(long account) => $$"""
        {
          "supply_account_id": {{account}},
          "model": "{{Actors.Unique("model")}}",
          "total_quota": 1000.123456789,
          "price_per_1m_input": 0.15,
          "price_per_1m_output": 0.600001,
          "valid_days": 30
        }
        """;
}
