namespace SupplyApi.Tests.Admin.Channels;

/// <summary>A list of everybody's.</summary>
public sealed class ListPlatformModelsTests : OwnProcessTest
{
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
}
