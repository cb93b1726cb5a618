using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Gateway;

/// <summary>Keys of an application that nobody else has, and tokens under each of them.</summary>
internal sealed record Tokens(string Jwks, JsonNode All)
{
    internal string this[string kid, string name] => All[kid]![name]!.GetValue<string>();

    /// <param name="claims">By a name for the token.</param>
    /// <param name="isNamed">The tokens name their key.</param>
    internal static async Task<Tokens> SignAsync(string[] algorithms, JsonObject claims, bool isNamed = true)
    {
        var keys = algorithms.Select(static one => (JsonNode)new JsonObject { ["alg"] = one, ["kid"] = one });
        var order = new JsonObject
        {
            ["keys"] = new JsonArray([.. keys]),
            ["claims"] = claims,
            ["isNamed"] = isNamed,
        };
        string[] arguments = [Path.Combine(Repository.Tests, "Gateway", "tokens.mjs"), order.ToJsonString()];
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        var said = JsonNode.Parse(await node.StandardOutput.ReadToEndAsync())!;
        return new Tokens(said["jwks"]!.ToJsonString(), said["tokens"]!);
    }
}
