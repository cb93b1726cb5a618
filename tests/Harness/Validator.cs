using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>The Node process that knows JSON Schema; see validator.mjs for the lines that go to and fro.</summary>
internal sealed class Validator : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Verdict>> waiting = new();
    private readonly Lock gate = new();
    private long count;

    private Validator(Process process, JsonObject document) => (this.process, Document) = (process, document);

    internal JsonObject Document { get; }

    internal static Validator Start()
    {
        var program = Path.Combine(Repository.Tests, "Harness", "validator.mjs");
        var process = Process.Start(new ProcessStartInfo("node", [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Reaper.Adopt(process);
        var document = process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The validator did not start; run `npm ci` in tests/.");
        var validator = new Validator(process, JsonNode.Parse(document)!.AsObject());
        _ = validator.ReadAsync();
        return validator;
    }

    internal Task<Verdict> JudgeAsync(string? operationId, Exchange exchange)
    {
        var question = new JsonObject
        {
            ["operationId"] = operationId,
            ["method"] = exchange.Method,
            ["path"] = exchange.Path,
            ["status"] = exchange.Status,
            ["mediaType"] = exchange.MediaType,
            ["acceptsProblem"] = exchange.ChosenHeaders.Any(static one =>
                one.Name == "Accept" && one.Value.Contains("problem+json", StringComparison.Ordinal)),
            ["body"] = exchange.Body,
        };
        var answer = new TaskCompletionSource<Verdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            question["id"] = ++count;
            waiting[count] = answer;
            process.StandardInput.WriteLine(question.ToJsonString());
            process.StandardInput.Flush();
        }

        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Reaper.Release(process);
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            var answer = JsonNode.Parse(line)!;
            var errors = answer["errors"]!.AsArray().Select(static one => one!.GetValue<string>());
            if (waiting.TryRemove(answer["id"]!.GetValue<long>(), out var asked))
                asked.SetResult(new Verdict(answer["isExplicit"]!.GetValue<bool>(), [.. errors]));
        }

        var ended = new InvalidOperationException("The validator ended.");
        foreach (var (_, asked) in waiting) asked.TrySetException(ended);
    }
}

/// <param name="IsExplicit">The status is documented by itself, not only by the operation's default.</param>
internal sealed record Verdict(bool IsExplicit, IReadOnlyList<string> Errors);
