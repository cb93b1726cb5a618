using System.Net.Http.Headers;

namespace SupplyApi.Tests.Harness;

/// <summary>One request and its answer, as they went over the wire.</summary>
public sealed record Exchange
{
    public required string Method { get; init; }
    public required string PathAndQuery { get; init; }
    public required string? RequestId { get; init; }
    public required string? RequestBody { get; init; }

    /// <summary>Headers that the test itself chose; the harness's own are left out.</summary>
    public required IReadOnlyList<(string Name, string Value)> ChosenHeaders { get; init; }

    public required int Status { get; init; }
    public required string? Reason { get; init; }
    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }
    public required string Body { get; init; }

    /// <summary>The line was cut before the answer was complete.</summary>
    public required bool WasCut { get; init; }

    public string Path => PathAndQuery.Split('?')[0];
    public string? ContentType => Header("Content-Type");
    public string? MediaType =>
        MediaTypeHeaderValue.TryParse(ContentType, out var parsed) ? parsed.MediaType : ContentType;

    public string? Header(string name) => Headers
        .Where(one => one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(static one => one.Value)
        .FirstOrDefault();
}
