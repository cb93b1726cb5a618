using System.Globalization;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>What came back, with short ways to a value: <c>answer.Number("data.account_id")</c>.</summary>
public sealed class Answer(Exchange exchange)
{
    private readonly Lazy<JsonNode?> json = new(() => JsonNode.Parse(exchange.Body));

    public Exchange Exchange { get; } = exchange;
    public int Status => Exchange.Status;
    public string Body => Exchange.Body;
    public JsonNode? Json => json.Value;

    public string? Header(string name) => Exchange.Header(name);

    public override string ToString() => $"{Status} {Body}";

    /// <summary>The status a step cannot do without; says the body when it is another.</summary>
    public Answer Expect(int status) => Status == status
        ? this
        : throw new InvalidOperationException(
            $"{Exchange.Method} {Exchange.PathAndQuery} was to answer {status} and answered {Status}: {Body}");

    /// <param name="path">Names and indexes with dots between: data.0.amount</param>
    public JsonNode? At(string path) => path.Split('.').Aggregate(Json, static (node, step) => node switch
    {
        JsonArray array => array[int.Parse(step, CultureInfo.InvariantCulture)],
        JsonObject one when one.TryGetPropertyValue(step, out var value) => value,
        _ => throw new KeyNotFoundException($"There is no '{step}' in {node?.ToJsonString() ?? "null"}."),
    });

    public long Number(string path) => At(path)!.GetValue<long>();

    public string Text(string path) => At(path)!.GetValue<string>();

    /// <summary>Money as the supply surface (a number) or the platform surface (a string) writes it.</summary>
    public decimal Amount(string path) =>
        decimal.Parse(At(path)!.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
