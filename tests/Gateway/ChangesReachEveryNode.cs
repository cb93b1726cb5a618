namespace SupplyApi.Tests.Gateway;

/// <summary>What one node is told, the others know a moment later: by notice, or without one.</summary>
public sealed class ChangesReachEveryNode : TwoNodesTest
{
    /// <summary>Well below the beat at which a node would look by itself.</summary>
    private const int Told = 3;

    [Fact]
    public async Task A_key_that_was_revoked_is_dead()
    {
        var consumer = await Actors.ConsumerAsync();
        foreach (var node in Nodes) await AdmitsAsync(consumer, node);
        await RevokeAsync(consumer, false);
        foreach (var node in Nodes) await BecomesAsync(consumer, node, 401, Told);
        await RevokeAsync(consumer, true);
        foreach (var node in Nodes) await BecomesAsync(consumer, node, 200, Told);
    }

    [Fact]
    public async Task A_key_may_use_what_it_may_now()
    {
        var sale = await Sale.MakeAsync(Actors);
        await AdmitsAsync(sale.Consumer, Other);
        await Api.Database.RunAsOwnerAsync(
            $"update api_keys set allowed_models = '{{another}}' where user_id = {sale.Consumer.Id}");
        await CallBecomesAsync(sale, 403, Told);
    }

    [Fact]
    public async Task A_package_that_was_paused_is_no_offer_until_it_is_back()
    {
        var sale = await Sale.MakeAsync(Actors);
        await CallBecomesAsync(sale, 200, Told);
        var package = $"/api/v1/supply/packages/{sale.Package}";
        (await sale.Supplier.Quietly().Post($"{package}/pause")).Expect(200);
        await CallBecomesAsync(sale, 404, Told);
        (await sale.Supplier.Quietly().Post($"{package}/publish")).Expect(200);
        await CallBecomesAsync(sale, 200, Told);
    }

    [Fact]
    public async Task An_account_that_was_disabled_sells_nothing()
    {
        var sale = await Sale.MakeAsync(Actors);
        await CallBecomesAsync(sale, 200, Told);
        var admin = await Actors.AdminAsync();
        (await admin.Quietly().Post(
            $"/api/supply-accounts/{sale.Account}/disable", """{ "reason": "Risk" }""")).Expect(200);
        await CallBecomesAsync(sale, 404, Told);
    }

    [Fact]
    public async Task A_price_decides_from_when_it_is_set()
    {
        var sale = await Sale.MakeAsync(Actors);
        var dear = await sale.Supplier.PublishPackageAsync(
            sale.Model, sale.Account, new Offer(PriceInput: 5000, PriceOutput: 5000));
        await Routes.FirstBecomesAsync(Actors, sale.Model, sale.Package, Other, Told);
        (await sale.Supplier.Quietly().With("X-Request-Id", $"price-{dear}-1")
            .Post("/api/v1/supply/packages/batch-price", $$"""
                { "items": [{ "package_id": {{dear}}, "price_per_1m_input": 1, "price_per_1m_output": 1 }] }
                """)).Expect(200);
        await Routes.FirstBecomesAsync(Actors, sale.Model, dear, Other, Told);
    }

    [Fact]
    public async Task What_was_published_a_moment_ago_is_served_at_once()
    {
        var supplier = await Actors.SupplierAsync();
        var consumer = await Actors.ConsumerAsync();
        var account = await supplier.MountAccountAsync();
        for (var round = 0; round < 5; round++)
        {
            var model = Actors.Unique("model");
            await supplier.PublishPackageAsync(model, account);
            var chat = Consumer.Chat(model, "Hello.");
            (await consumer.At(Other).Quietly().Post("/v1/chat/completions", chat)).Expect(200);
        }
    }

    // Nobody listens at the moment of the change: its notice is lost.
    [Fact]
    public async Task What_was_not_told_is_found_out()
    {
        var sale = await Sale.MakeAsync(Actors);
        await CallBecomesAsync(sale, 200, Told);
        await Api.Database.RunAsOwnerAsync($"""
            select pg_terminate_backend(pid, 5000) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid();
            update api_keys set enabled = false where user_id = {sale.Consumer.Id};
            update supply_packages set status = 'paused' where id = {sale.Package};
            """);
        foreach (var node in Nodes) await BecomesAsync(sale.Consumer, node, 401, 10);
        var another = await Actors.ConsumerAsync();
        await CallBecomesAsync(sale with { Consumer = another }, 404, 10);
    }

    private Task RevokeAsync(Consumer consumer, bool isEnabled) => Api.Database.RunAsOwnerAsync(
        $"update api_keys set enabled = {isEnabled} where user_id = {consumer.Id}");

    private static async Task AdmitsAsync(Client consumer, SupplyApiProcess node) =>
        (await consumer.At(node).Quietly().Get("/v1/models")).Expect(200);

    private static async Task BecomesAsync(Client consumer, SupplyApiProcess node, int status, int seconds) =>
        await Eventually.Async(
            () => consumer.At(node).Quietly().MayFail().Get("/v1/models"), answer => answer.Status == status,
            $"{status} at {node.Address}", seconds);

    private async Task CallBecomesAsync(Sale sale, int status, int seconds) => await Eventually.Async(
        () => sale.Consumer.At(Other).Quietly().MayFail()
            .Post("/v1/chat/completions", Consumer.Chat(sale.Model, "Hello.")),
        answer => answer.Status == status, $"{status} at {Other.Address}", seconds);
}
