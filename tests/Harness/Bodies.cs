using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>A good body with one thing another way: what is refused is then known to be just that.</summary>
public static class Bodies
{
    public static string But(this string body, string changes)
    {
        var changed = JsonNode.Parse(body)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject()) changed[name] = value?.DeepClone();
        return changed.ToJsonString();
    }

    public static string Without(this string body, string member)
    {
        var changed = JsonNode.Parse(body)!.AsObject();
        Assert.True(changed.Remove(member));
        return changed.ToJsonString();
    }
}
