namespace SupplyApi.Tests.Admin.Channels;

public sealed class ListPlatformModelsTests : ApiTest
{
    public override async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Lists_all_by_name_also_what_is_not_on_sale()
    {
        var admin = await Actors.AdminAsync();
        await admin.Get("/api/models");
        await PlatformChannel.PriceAsync(admin, "sonnet", """
            { "input_price": 3, "output_price": "15", "cached_input_price": "0.300000" }
            """);
        await PlatformChannel.PriceAsync(admin, "haiku", """{ "provider": "anthropic", "enabled": false }""");
        await admin.Get("/api/models");

        Transcript.Matches();
    }

    // A list of everybody's.
    protected override Task<SupplyApiProcess> StartAsync() => SupplyApiProcess.StartAsync();
}
