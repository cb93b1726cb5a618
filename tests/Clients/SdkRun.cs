using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Clients;

/// <summary>One run of an official SDK: its script prints a line for each case.</summary>
/// <param name="script">Its file, without `.mjs`.</param>
/// <param name="provider">Whose packages it calls.</param>
/// <param name="path">What its base URL ends in.</param>
public abstract class SdkRun(string script, string provider, string path) : IAsyncLifetime
{
    private readonly Dictionary<string, JsonNode> cases = [];

    public string Model { get; private set; } = "";

    public JsonNode this[string name] => cases.TryGetValue(name, out var one)
        ? one
        : throw new KeyNotFoundException($"{script}.mjs did not run the case {name}.");

    public string Text(string name, string member) =>
        this[name][member]?.GetValue<string>()
        ?? throw new KeyNotFoundException($"{name}: {this[name].ToJsonString()}");

    public async ValueTask InitializeAsync()
    {
        var api = await Suite.SharedAsync();
        var actors = new Actors(api, null);
        var sale = await Sale.MakeAsync(actors, provider: provider);
        Model = sale.Model;
        var settings = new JsonObject
        {
            ["baseURL"] = new Uri(api.Address, path).ToString().TrimEnd('/'),
            ["key"] = sale.Consumer.Key,
            ["unpaidKey"] = (await actors.ConsumerAsync(0)).Key,
            ["model"] = sale.Model,
        };
        string[] arguments = [Path.Combine(Repository.Tests, "Clients", script + ".mjs"), settings.ToJsonString()];
        await using var node = Child.Start(script + "-sdk", new ProcessStartInfo("node", arguments));
        var code = await node.ExitedAsync(TimeSpan.FromSeconds(60));
        if (code != 0) throw new InvalidOperationException(string.Join('\n', node.Errors));
        foreach (var line in node.Output)
        {
            var one = JsonNode.Parse(line)!;
            cases[one["name"]!.GetValue<string>()] = one;
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
