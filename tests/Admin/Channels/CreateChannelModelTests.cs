namespace SupplyApi.Tests.Admin.Channels;

public sealed class CreateChannelModelTests : ApiTest
{
    [Fact]
    public async Task Has_a_channel_serve_a_model_by_either_name()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var (one, another) = (Actors.Unique("model"), Actors.Unique("model"));
        var id = await PlatformChannel.PriceAsync(channel.Admin, one);
        await PlatformChannel.PriceAsync(channel.Admin, another, """{ "provider": "openai" }""");
        var path = $"/api/channels/{channel.Id}/models";
        await channel.Admin.Post(path, $$"""{ "model_id": {{id}} }""");
        await channel.Admin.Post(path, $$"""
            { "model_name": "{{another}}", "upstream_model_name": "gpt-4o", "enabled": false }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var name = Actors.Unique("model");
        var id = await PlatformChannel.PriceAsync(channel.Admin, name);
        var path = $"/api/channels/{channel.Id}/models";
        await channel.Admin.Post(path, "{}");
        await channel.Admin.Post(path, $$"""{ "model_id": {{id}}, "model_name": "{{name}}" }""");
        await channel.Admin.Post(path, """{ "model_id": 9000000000 }""");
        await channel.Admin.Post(path, """{ "model_name": "nobody-named-this" }""");
        await channel.Admin.Post(path, $$"""{ "model_id": {{id}}, "upstream_model_name": "" }""");
        await channel.Admin.Post(path, $$"""
            { "model_id": {{id}}, "upstream_model_name": "{{new string('m', 201)}}" }
            """);
        await channel.Admin.Post(path, $$"""{ "model_id": {{id}}, "enabled": null }""");
        await channel.Admin.Post(path, $$"""{ "model_id": {{id}}, "input_price": 1 }""");
        await channel.Admin.Post("/api/channels/9000000000/models", $$"""{ "model_id": {{id}} }""");

        Transcript.Matches();
    }

    [Fact]
    public async Task Serves_a_model_once()
    {
        var channel = await PlatformChannel.OpenAsync(Actors);
        var name = Actors.Unique("model");
        await PlatformChannel.PriceAsync(channel.Admin, name);
        var (path, body) = ($"/api/channels/{channel.Id}/models", $$"""{ "model_name": "{{name}}" }""");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => channel.Admin.Quietly().Post(path, body)));
        Assert.Equal(1, answers.Count(static one => one.Status == 200));
        Assert.Equal(7, answers.Count(static one => one.Status == 409));
        await channel.Admin.Post(path, body);

        Transcript.Matches();
        var id = answers.Single(static one => one.Status == 200).Number("id");
        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "channel_model", id));
        Assert.Equal(("admin.channel_model.create", channel.Admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains(name, deed.After, StringComparison.Ordinal);
    }
}
