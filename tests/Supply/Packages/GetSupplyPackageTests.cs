namespace SupplyApi.Tests.Supply.Packages;

public sealed class GetSupplyPackageTests : ApiTest
{
    [Fact]
    public async Task Shows_a_package()
    {
        var supplier = await Actors.SupplierAsync();
        var package = await supplier.PublishPackageAsync(
            Actors.Unique("model"), offer: new Offer(1000.123456789m, 0.15m, 0.600001m));
        await supplier.Get($"/api/v1/supply/packages/{package}");
        await supplier.Get("/api/v1/supply/packages/9000000000");

        Transcript.Matches();
    }
}
