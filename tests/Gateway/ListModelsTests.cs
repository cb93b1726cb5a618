namespace SupplyApi.Tests.Gateway;

public sealed class ListModelsTests : ApiTest
{
    private const string Path = "/v1/models";

    [Fact]
    public async Task Lists_what_is_on_sale_and_the_key_may_use()
    {
        var supplier = await Actors.SupplierAsync();
        var account = await supplier.MountAccountAsync();
        var (first, second) = ($"a-{Actors.Unique("model")}", $"b-{Actors.Unique("model")}");
        var (draft, foreign) = (Actors.Unique("model"), Actors.Unique("model"));
        foreach (var model in (string[])[second, first, first, foreign])
            await supplier.PublishPackageAsync(model, account);
        await supplier.DraftPackageAsync(account, draft);

        var settings = $$"""{ "allowed_models": ["{{first}}", "{{second}}", "{{draft}}"] }""";
        var consumer = await Actors.ConsumerAsync(0, settings);
        await consumer.Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task A_key_without_a_list_sees_everything()
    {
        var sale = await Sale.MakeAsync(Actors);
        var other = await Actors.ConsumerAsync(0);
        var answer = (await other.Quietly().Get(Path)).Expect(200);
        Assert.Contains(answer.Json!["data"]!.AsArray(), one => one!["id"]!.GetValue<string>() == sale.Model);
    }

    [Fact]
    public async Task A_key_that_may_use_nothing_on_sale_gets_an_empty_list()
    {
        var consumer = await Actors.ConsumerAsync(0, """{ "allowed_models": ["nobody-sells-this"] }""");
        await consumer.Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_the_key_in_any_of_three_headers()
    {
        var consumer = await Actors.ConsumerAsync(0, """{ "allowed_models": ["nobody-sells-this"] }""");
        foreach (var header in (string[])["X-Api-Key", "X-Goog-Api-Key"])
        {
            (await Actors.Stranger().With(header, consumer.Key).Get(Path)).Expect(200);
            await Actors.Stranger().With(header, "sk-nobody").Get(Path);
        }

        // Who sends a key in Authorization means it: another header does not help a bad one. What a client library puts
        // there in want of one is no key.
        var bad = consumer.Key[..^6] + (consumer.Key[^6] == 'A' ? 'B' : 'A') + consumer.Key[^5..];
        await Actors.Stranger().WithCredential(bad).With("X-Api-Key", consumer.Key).Get(Path);
        await Actors.Stranger().WithCredential("unused").With("X-Api-Key", consumer.Key).Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Speaks_as_anthropic_to_who_sends_its_header()
    {
        var sale = await Sale.MakeAsync(Actors, provider: "anthropic");
        var other = await Sale.MakeAsync(Actors);
        var settings = $$"""{ "allowed_models": ["{{sale.Model}}", "{{other.Model}}"] }""";
        var consumer = await Actors.ConsumerAsync(0, settings);
        await consumer.With("anthropic-version", "2023-06-01").Get(Path);
        var nothing = await Actors.ConsumerAsync(0, """{ "allowed_models": ["nobody-sells-this"] }""");
        await nothing.With("anthropic-version", "2023-06-01").Get(Path);
        await Actors.Stranger().With("anthropic-version", "2023-06-01").Get(Path);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_a_key_that_is_off_or_away_from_home()
    {
        var off = await Actors.ConsumerAsync(0, """{ "enabled": false }""");
        await off.Get(Path);
        var away = await Actors.ConsumerAsync(
            0, """{ "allowed_ips": ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"] }""");
        await away.Get(Path);
        foreach (var address in (string[])["192.0.2.7", "198.51.100.200", "2001:db8::1", "::ffff:192.0.2.7"])
            (await away.Quietly().With("X-Forwarded-For", address).Get(Path)).Expect(200);
        foreach (var address in (string[])["192.0.2.8", "198.51.101.1", "2001:db9::1"])
            (await away.Quietly().With("X-Forwarded-For", address).Get(Path)).Expect(403);

        Transcript.Matches();
    }
}
