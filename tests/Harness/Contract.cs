using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Harness;

/// <summary>openapi.yaml, as far as tests ask about it.</summary>
public sealed class Contract
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    internal Contract(JsonObject document)
    {
        var secured = document["security"]?.AsArray() ?? [];
        Operations = [.. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()
            .Where(static member => Methods.Contains(member.Key))
            .Select(member => Operation.Read(document, member.Key, path.Key, member.Value!, secured)))];
    }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Literal segments win over parameters, as they do in the service's own routing.</summary>
    public Operation? Find(string method, string pathAndQuery)
    {
        var path = pathAndQuery.Split('?')[0];
        var asked = method == "HEAD" ? "GET" : method;
        return Operations
            .Where(one => one.Method == asked && one.Pattern.IsMatch(path))
            .MinBy(static one => one.Path.Count(static letter => letter == '{'));
    }
}

/// <summary>One operation of the contract.</summary>
public sealed record Operation(
    string Id,
    string Method,
    string Path,
    Regex Pattern,
    IReadOnlyList<int> Statuses,
    bool IsPublic,
    bool TakesApiKeys,
    bool IsSigned, // and nothing else opens it
    bool AsksForIdempotencyKey)
{
    internal static Operation Read(JsonObject document, string method, string path, JsonNode node, JsonArray secured)
    {
        var security = node["security"]?.AsArray() ?? secured;
        var parameters = (node["parameters"]?.AsArray() ?? []).Select(one => Resolve(document, one!));
        return new Operation(
            node["operationId"]!.GetValue<string>(),
            method.ToUpperInvariant(),
            path,
            new Regex("^" + Regex.Replace(path, "{[^}]+}", "[^/]+") + "$"),
            [.. node["responses"]!.AsObject().Select(static one => one.Key)
                .Where(static status => status != "default").Select(int.Parse)],
            security.Count == 0,
            security.Any(static one => one!.AsObject().ContainsKey("ApiKeyAuth")),
            security.Count > 0 && security.All(static one => one!.AsObject().ContainsKey("AppSignature")),
            parameters.Any(static one => one["name"]!.GetValue<string>() == "Idempotency-Key"
                && one["required"]?.GetValue<bool>() == true));
    }

    private static JsonNode Resolve(JsonObject document, JsonNode node) => node["$ref"] is { } reference
        ? reference.GetValue<string>()[2..].Split('/').Aggregate((JsonNode)document, static (at, step) => at[step]!)
        : node;
}
