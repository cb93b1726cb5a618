using System.Collections.Concurrent;
using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.TestHost;

namespace SupplyApi.Tests.Harness;

/// <summary>Counts the outcomes, so that the very last lines of a run can say them.</summary>
public sealed class ClosingLine : IDataConsumer
{
    private const int ReasonMax = 600;

    private static readonly ConcurrentQueue<string> Failures = new();
    private static int passed;
    private static int skipped;

    public string Uid => nameof(ClosingLine);
    public string Version => "1";
    public string DisplayName => "closing line";
    public string Description => "N passed, N failed";
    public Type[] DataTypesConsumed => [typeof(TestNodeUpdateMessage)];

    public static void Register(ITestApplicationBuilder builder) =>
        builder.TestHost.AddDataConsumer(static _ => new ClosingLine());

    /// <summary>A line for each failure, then the counts.</summary>
    public static string Text(int failuresAtTheEnd) =>
        string.Concat(Failures.Select(static one => $"failed: {one}\n"))
        + $"{passed} passed, {Failures.Count + failuresAtTheEnd} failed" + (skipped > 0 ? $", {skipped} skipped" : "");

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task ConsumeAsync(IDataProducer dataProducer, IData value, CancellationToken cancellationToken)
    {
        var node = ((TestNodeUpdateMessage)value).TestNode;
        switch (node.Properties.SingleOrDefault<TestNodeStateProperty>())
        {
            case PassedTestNodeStateProperty:
                Interlocked.Increment(ref passed);
                break;
            case SkippedTestNodeStateProperty:
                Interlocked.Increment(ref skipped);
                break;
            case FailedTestNodeStateProperty one:
                Fail(node, one.Exception);
                break;
            case ErrorTestNodeStateProperty one:
                Fail(node, one.Exception);
                break;
            case TimeoutTestNodeStateProperty one:
                Fail(node, one.Exception);
                break;
        }

        return Task.CompletedTask;
    }

    private static void Fail(TestNode node, Exception? reason)
    {
        var text = string.Join(' ', (reason?.Message ?? "").Split((char[])['\r', '\n', ' '],
            StringSplitOptions.RemoveEmptyEntries));
        Failures.Enqueue($"{node.DisplayName}: {(text.Length > ReasonMax ? text[..ReasonMax] + "..." : text)}");
    }
}
