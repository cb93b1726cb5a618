using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// The conversation of one test as text, compared with the accepted one that stands beside the test. ACCEPT=1 accepts
/// what is said now; git shows the difference.
/// </summary>
public sealed class Transcript
{
    private static readonly string[] ShownHeaders =
    [
        "Idempotent-Replay", "Retry-After", "Deprecation", "Sunset", "Link", "Location", "Allow", "WWW-Authenticate",
        "Cache-Control", "ETag", "X-Supply-Route",
    ];

    private readonly ConcurrentQueue<Exchange> exchanges = new();

    public Redactions Redactions { get; } = new();

    public void Add(Exchange exchange) => exchanges.Enqueue(exchange);

    /// <param name="variant">Tells the cases of a theory apart in the file's name.</param>
    public void Matches(
        string? variant = null, [CallerFilePath] string source = "", [CallerMemberName] string test = "")
    {
        Assert.NotEmpty(exchanges);
        var file = $"{Path.ChangeExtension(source, null)}.{test}{(variant is null ? "" : "." + variant)}.http";
        var said = Text();
        var accepted = File.Exists(file) ? File.ReadAllText(file) : null;
        if (said == accepted) return;

        var isCi = Environment.GetEnvironmentVariable("CI") == "true";
        var name = Path.GetRelativePath(Repository.Root, file);
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1" && !isCi) File.WriteAllText(file, said);
        else Assert.Fail($"{name} {Difference(accepted, said)}\nRead it; if it is right, ACCEPT=1 writes it.");
    }

    public string Text() => string.Join("\n###\n\n", exchanges.Select(Text));

    private string Text(Exchange exchange)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{exchange.Method} {Redactions.Path(exchange.PathAndQuery)}\n");
        foreach (var (name, value) in exchange.ChosenHeaders)
            text.Append(CultureInfo.InvariantCulture, $"{name}: {Redactions.Text(value)}\n");
        if (exchange.RequestBody is { } body)
            text.Append(new RedactedJson(Redactions, exchange.Path, isRequest: true).Print(body, true)).Append('\n');

        text.Append(CultureInfo.InvariantCulture, $"\n{exchange.Status} {exchange.Reason}\n");
        foreach (var name in ShownHeaders)
        {
            if (exchange.Header(name) is { } value)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {Header(name, value)}\n");
        }

        if (exchange.MediaType is not (null or "application/json"))
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: {exchange.ContentType}\n");
        if (Body(exchange) is { Length: > 0 } shown) text.Append(shown).Append('\n');
        if (exchange.WasCut) text.Append("(the line was cut)\n");
        return text.ToString();
    }

    private string Header(string name, string value) => name switch
    {
        "Retry-After" => Redactions.Seconds(value),
        "X-Supply-Route" => Redactions.Route(value),
        "Location" => Redactions.Location(value),
        "ETag" => value.StartsWith('"') && value.EndsWith('"') ? "{etag}" : throw new FormatException($"ETag {value}"),
        _ => Redactions.Text(value),
    };

    private string Body(Exchange exchange)
    {
        var json = new RedactedJson(Redactions, exchange.Path, isRequest: false);
        return exchange.MediaType switch
        {
            "application/json" or "application/problem+json" => json.Print(exchange.Body, true),
            "text/event-stream" => string.Join(
                '\n', exchange.Body.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(Event)),
            null => exchange.Body,
            "text/csv" => Redactions.Document(exchange.Body.ReplaceLineEndings("\n").TrimEnd('\n')),
            "text/html" when exchange.Path.EndsWith("/statement/file", StringComparison.Ordinal) =>
                Redactions.Document(exchange.Body.TrimEnd('\n')),
            _ => $"({exchange.MediaType})",
        };

        string Event(string line) => line.StartsWith("data: {", StringComparison.Ordinal)
            ? "data: " + json.Print(line["data: ".Length..], false)
            : line;
    }

    private static string Difference(string? accepted, string said)
    {
        if (accepted is null) return $"is not there yet. This was said:\n{said}";
        var (before, now) = (accepted.Split('\n'), said.Split('\n'));
        var at = before.Zip(now).TakeWhile(static pair => pair.First == pair.Second).Count();
        return $"""
            differs from line {at + 1}.
            accepted:
            {string.Join('\n', before.Skip(at).Take(8))}
            now:
            {string.Join('\n', now.Skip(at).Take(8))}
            """;
    }
}
