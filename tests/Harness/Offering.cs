using System.Globalization;

namespace SupplyApi.Tests.Harness;

/// <summary>A model on the market that one supplier sells by one package; the transcript shows nothing of it.</summary>
public sealed record Offering(Supplier Supplier, string Model, long Account, long Package, long Number)
{
    public string Product => $"prod_{Number.ToString(CultureInfo.InvariantCulture)}";
    public string Plan => PlanOf(Package);

    public static async Task<Offering> MakeAsync(Actors actors, Offer? offer = null, Supplier? supplier = null)
    {
        supplier ??= await actors.SupplierAsync();
        var model = actors.Unique("model");
        var account = await supplier.MountAccountAsync();
        var package = await supplier.PublishPackageAsync(model, account, offer);
        supplier.Noted(PlanOf(package));
        return new Offering(supplier, model, account, package, await NumberAsync(supplier, model));
    }

    /// <summary>One whose subscriptions wait for somebody's word.</summary>
    public static async Task<Offering> MakeGuardedAsync(Actors actors, Supplier? supplier = null)
    {
        var offering = await MakeAsync(actors, supplier: supplier);
        await offering.AutoApproveAsync(false);
        return offering;
    }

    public static string PlanOf(long package) => $"pkg_{package.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The product's id as the market shows it, for a model that somebody offers.</summary>
    public static async Task<string> ProductOfAsync(Actor user, string model) =>
        user.Noted((await user.Quietly().Get($"/api/v1/products?model={model}")).Expect(200).Text("content.0.id"));

    public async Task AutoApproveAsync(bool? policy)
    {
        var founder = await Supplier.Api.FounderAsync();
        var body = $$"""{ "auto_approve": {{policy?.ToString().ToLowerInvariant() ?? "null"}} }""";
        (await founder.Quietly().Put($"/api/products/{Number}/subscription-policy", body)).Expect(200);
    }

    /// <summary>What the supplier does to the package: pause, unlist, publish.</summary>
    public async Task PackageAsync(string deed) =>
        (await Supplier.Quietly().Post($"/api/v1/supply/packages/{Package}/{deed}")).Expect(200);

    private static async Task<long> NumberAsync(Actor actor, string model)
    {
        var id = await ProductOfAsync(actor, model);
        return actor.Noted("product", long.Parse(id["prod_".Length..], CultureInfo.InvariantCulture));
    }
}
