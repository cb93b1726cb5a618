using Npgsql;

namespace SupplyApi.Tests.Admin;

/// <summary>Policies bind all suppliers of a process.</summary>
public sealed class UpdateSupplyPolicyTests : OwnProcessTest
{
    private const string Path = "/api/supply-policies/openai";

    private const string Open = """
        {
          "allowed_models": null,
          "floor_price_per_1m_input": "0",
          "floor_price_per_1m_output": "0",
          "model_floors": []
        }
        """;

    [Fact]
    public async Task Replaces_the_whole_policy_of_one_provider()
    {
        var admin = await Actors.AdminAsync();
        await admin.Put(Path, """
            {
              "allowed_models": ["gpt-4o", "o3*", "*"],
              "floor_price_per_1m_input": 0.000001,
              "floor_price_per_1m_output": "1000000000",
              "model_floors": [
                { "model": "o3", "price_per_1m_input": "2.5", "price_per_1m_output": 10 },
                { "model": "gpt-4o", "price_per_1m_input": 0, "price_per_1m_output": "0.000001" }
              ]
            }
            """);
        await admin.Put(Path, Open.But("""{ "allowed_models": [], "floor_price_per_1m_input": "3.000000" }"""));
        await admin.Get("/api/supply-policies");

        Transcript.Matches();
    }

    [Fact]
    public async Task Takes_500_names_and_500_floors()
    {
        var admin = await Actors.AdminAsync();
        var names = Enumerable.Range(0, 501).Select(static one => $"{one}".PadLeft(100, 'm')).ToList();
        (await admin.Quietly().Put(Path, Open.But(Models(names[..500])))).Expect(200);
        (await admin.Quietly().Put(Path, Open.But(Floors(names[..500])))).Expect(200);

        Assert.Equal(400, (await admin.Quietly().Put(Path, Open.But(Models(names)))).Status);
        Assert.Equal(400, (await admin.Quietly().Put(Path, Open.But(Floors(names)))).Status);
        Assert.Equal(400, (await admin.Quietly().Put(Path, Open.But(Models([names[0] + 'm'])))).Status);
        Assert.Equal(400, (await admin.Quietly().Put(Path, Open.But(Floors([names[0] + 'm'])))).Status);
    }

    [Fact]
    public async Task Refuses_what_is_wrong()
    {
        var admin = await Actors.AdminAsync();
        await admin.Put(Path, Open.But("""{ "allowed_models": [""] }"""));
        await admin.Put(Path, Open.But("""{ "allowed_models": [null] }"""));
        await admin.Put(Path, Open.But("""{ "allowed_models": ["gpt*4"] }"""));
        await admin.Put(Path, Open.But("""{ "floor_price_per_1m_input": "-1" }"""));
        await admin.Put(Path, Open.But("""{ "floor_price_per_1m_output": "0.0000001" }"""));
        await admin.Put(Path, Open.But("""{ "floor_price_per_1m_output": "1000000000.000001" }"""));
        await admin.Put(Path, Open.But("""{ "model_floors": [null] }"""));
        await admin.Put(Path, Open.But(Floors(["o3*"])));
        await admin.Put(Path, Open.But(Floors(["o3", "o3"])));
        await admin.Put(Path, Open.But("""
            { "model_floors": [{ "model": "o3", "price_per_1m_input": "1", "price_per_1m_output": "-1" }] }
            """));
        await admin.Put(Path, Open.Without("allowed_models"));
        await admin.Put(Path, Open.But("""{ "provider": "openai" }"""));
        await admin.Put("/api/supply-policies/nobody", Open);
        await (await Actors.UserAsync()).Put(Path, Open);

        Transcript.Matches();
    }

    [Fact]
    public async Task Is_on_record_as_the_platforms_own()
    {
        var admin = await Actors.AdminAsync();
        (await admin.Put(Path, Open.But("""{ "allowed_models": ["gpt-*"] }"""))).Expect(200);
        var deed = Assert.Single(await Trail.AuditAsync(Api.Database, "supply_policy", "openai"));

        Assert.Equal(("admin.supply_policy.update", admin.Id), (deed.Action, deed.OperatorId));
        Assert.Contains("\"allowed_models\": null", deed.Before, StringComparison.Ordinal);
        Assert.Contains("\"allowed_models\": [\"gpt-*\"]", deed.After, StringComparison.Ordinal);
        Assert.Equal((0, 0), await TenantsAsync());
    }

    private async Task<(long Audited, long Announced)> TenantsAsync()
    {
        await using var connection = await Api.Database.OpenAsync();
        await using var command = new NpgsqlCommand("""
            select (select tenant_id from audit_events where action = 'admin.supply_policy.update'),
                   (select tenant_id from outbox_events where name = 'supply.policy.update.success')
            """, connection);
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private static string Models(IEnumerable<string> names) =>
        $$"""{ "allowed_models": [{{string.Join(',', names.Select(static one => $"\"{one}\""))}}] }""";

    private static string Floors(IEnumerable<string> names) =>
        $$"""{ "model_floors": [{{string.Join(',', names.Select(Floor))}}] }""";

    private static string Floor(string model) =>
        $$"""{ "model": "{{model}}", "price_per_1m_input": "1", "price_per_1m_output": "1" }""";
}
