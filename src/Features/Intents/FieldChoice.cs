using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace SupplyApi.Features.Intents;

/// <summary>Leaves of a resource the members that a caller chose.</summary>
internal sealed class FieldChoice(IOptions<JsonOptions> options)
{
    /// <param name="members">As the wire names them.</param>
    internal JsonObject Of<T>(T resource, string[] members)
    {
        var type = (JsonTypeInfo<T>)options.Value.SerializerOptions.GetTypeInfo(typeof(T));
        var whole = JsonSerializer.SerializeToNode(resource, type)!.AsObject();
        foreach (var name in whole.Select(static one => one.Key).Except(members).ToList()) whole.Remove(name);
        return whole;
    }
}
