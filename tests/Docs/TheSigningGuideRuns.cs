using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Docs;

/// <summary>Every example of docs/sign-a-request.md, as it stands there, against the running service.</summary>
public sealed class TheSigningGuideRuns : ApiTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("bash", "sign.sh", "bash")]
    [InlineData("js", "sign.mjs", "node")]
    [InlineData("python", "sign.py", "python3")]
    [InlineData("csharp", "sign.cs", "dotnet run --file")]
    public async Task By_itself(string language, string file, string command)
    {
        var app = await Actors.SignerAsync();
        var directory = Reaper.AdoptDirectory(Directory.CreateTempSubdirectory("st-sign-").FullName);
        var path = Path.Combine(directory, file);
        await File.WriteAllTextAsync(path, Example(language));
        var words = command.Split(' ');
        var start = new ProcessStartInfo(words[0], [.. words[1..], path]) { WorkingDirectory = directory };
        foreach (var inherited in start.Environment.Keys.Where(static one =>
            one.StartsWith("DOTNET_ROLL", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(inherited);
        start.Environment["SUPPLY_URL"] = Api.Address.GetLeftPart(UriPartial.Authority);
        start.Environment["APP_ID"] = app.Id;
        start.Environment["APP_SECRET"] = app.Secret;
        await using var example = Child.Start($"sign-{language}", start);
        var code = await example.ExitedAsync(Patience);

        Assert.True(code == 0, string.Join('\n', [.. example.Output, .. example.Errors]));
        var answers = example.Output.Where(static line => line.StartsWith('{'))
            .Select(static one => JsonNode.Parse(one)!).ToList();
        Assert.Equal([0L, 0L], answers.Select(static one => one["code"]!.GetValue<long>()));
        Assert.Equal(1, answers[1]["data"]!["total"]!.GetValue<long>());
        var made = answers[0]["data"]!["id"]!.GetValue<string>();
        var intent = (await app.Quietly().Get($"/api/v1/intents/{made}")).Expect(200);
        Assert.Equal(("收件人", 5999), (intent.Text("data.recipientName"), intent.Number("data.price")));
    }

    [Fact]
    public async Task And_shows_the_signature_that_its_example_has()
    {
        const string Vector = "247014753c58bbbea7d88d41aeb338cb4806f87746b036b9ee578afdfede322e";
        Assert.Contains(Vector, await File.ReadAllTextAsync(Guide), StringComparison.Ordinal);
    }

    private static string Guide => Path.Combine(Repository.Root, "docs", "sign-a-request.md");

    private static string Example(string language)
    {
        var text = File.ReadAllText(Guide);
        var opening = $"```{language}\n";
        var start = text.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
        Assert.True(start >= opening.Length, $"docs/sign-a-request.md has no {language}.");
        return text[start..text.IndexOf("\n```\n", start, StringComparison.Ordinal)] + "\n";
    }
}
