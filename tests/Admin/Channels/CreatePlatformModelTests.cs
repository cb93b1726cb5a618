namespace SupplyApi.Tests.Admin.Channels;

public sealed class CreatePlatformModelTests : ApiTest
{
    private const string Path = "/api/models";

    [Fact]
    public async Task Names_a_model_and_its_prices()
    {
        var (admin, good) = await BothAsync();
        await admin.Post(Path, good);
        await admin.Post(Path, $$"""
            {
              "model_name": "{{Actors.Unique("model")}}",
              "provider": "anthropic",
              "quota_type": 0,
              "input_price": 3,
              "output_price": "15",
              "cached_input_price": "0.3",
              "cache_write_input_price": 3.750000,
              "cache_write_1h_input_price": "6",
              "image_input_price": null,
              "image_output_price": 0,
              "audio_input_price": "0.000001",
              "audio_output_price": 1000000000,
              "enabled": false
            }
            """);
        await admin.Post(Path, $$"""
            { "model_name": "{{Actors.Unique("model")}}", "quota_type": 1, "request_price": "0.04" }
            """);

        Transcript.Matches();
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var (admin, good) = await BothAsync();
        await admin.Post(Path, good.Without("model_name"));
        await admin.Post(Path, good.But("""{ "model_name": "" }"""));
        await admin.Post(Path, good.But("""{ "model_name": " spaced" }"""));
        await admin.Post(Path, good.But("""{ "model_name": "two\nlines" }"""));
        await admin.Post(Path, good.But($$"""{ "model_name": "{{new string('m', 101)}}" }"""));
        await admin.Post(Path, good.But($$"""{ "provider": "{{new string('p', 51)}}" }"""));
        await admin.Post(Path, good.But("""{ "quota_type": 2 }"""));
        await admin.Post(Path, good.Without("input_price"));
        await admin.Post(Path, good.But("""{ "output_price": null }"""));
        await admin.Post(Path, good.But("""{ "quota_type": 1 }"""));
        await admin.Post(Path, good.But("""{ "input_price": "-1" }"""));
        await admin.Post(Path, good.But("""{ "output_price": "0.0000001" }"""));
        await admin.Post(Path, good.But("""{ "cached_input_price": -0.000001 }"""));
        await admin.Post(Path, good.But("""{ "cache_write_1h_input_price": "1000000000.000001" }"""));
        await admin.Post(Path, good.But("""{ "request_price": 0.1234567 }"""));
        await admin.Post(Path, good.But("""{ "audio_input_price": "free" }"""));
        await admin.Post(Path, good.But("""{ "price": 1 }"""));
        await admin.Post(Path, good.But("""{ "enabled": "yes" }"""));

        Transcript.Matches();
        Assert.DoesNotContain(await NamesAsync(admin), name => good.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gives_a_name_once()
    {
        var (admin, good) = await BothAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => admin.Quietly().Post(Path, good)));
        Assert.Equal(1, answers.Count(static one => one.Status == 200));
        Assert.Equal(7, answers.Count(static one => one.Status == 409));
        await admin.Post(Path, good);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record()
    {
        var (admin, good) = await BothAsync();
        var id = (await admin.Post(Path, good)).Expect(200).Number("id");
        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "platform_model", id));

        Assert.Equal(("admin.model.create", admin.Id, null), (deed.Action, deed.OperatorId, deed.Before));
        Assert.Contains("\"input_price\": \"1.5\"", deed.After, StringComparison.Ordinal);
        Assert.Contains("\"cached_input_price\": null", deed.After, StringComparison.Ordinal);
    }

    private async Task<(Actor Admin, string Good)> BothAsync()
    {
        var admin = await Actors.AdminAsync();
        var name = Actors.Unique("model");
        return (admin, $$"""{ "model_name": "{{name}}", "input_price": "1.500000", "output_price": 2 }""");
    }

    private static async Task<IEnumerable<string>> NamesAsync(Client admin) =>
        (await admin.Quietly().Get(Path)).Expect(200).Json!.AsArray()
            .Select(static one => one!["model_name"]!.GetValue<string>());
}
