using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Extensions.Messages;
using Microsoft.Testing.Platform.Extensions.TestHost;

namespace SupplyApi.Tests.Harness;

/// <summary>Counts the outcomes, so that the very last line of a run can say them.</summary>
public sealed class ClosingLine : IDataConsumer
{
    private static int passed;
    private static int failed;
    private static int skipped;

    public string Uid => nameof(ClosingLine);
    public string Version => "1";
    public string DisplayName => "closing line";
    public string Description => "N passed, N failed";
    public Type[] DataTypesConsumed => [typeof(TestNodeUpdateMessage)];

    public static void Register(ITestApplicationBuilder builder) =>
        builder.TestHost.AddDataConsumer(static _ => new ClosingLine());

    public static string Text(int failuresAtTheEnd) =>
        $"{passed} passed, {failed + failuresAtTheEnd} failed" + (skipped > 0 ? $", {skipped} skipped" : "");

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task ConsumeAsync(IDataProducer dataProducer, IData value, CancellationToken cancellationToken)
    {
        switch (((TestNodeUpdateMessage)value).TestNode.Properties.SingleOrDefault<TestNodeStateProperty>())
        {
            case PassedTestNodeStateProperty:
                Interlocked.Increment(ref passed);
                break;
            case SkippedTestNodeStateProperty:
                Interlocked.Increment(ref skipped);
                break;
            case FailedTestNodeStateProperty or ErrorTestNodeStateProperty or TimeoutTestNodeStateProperty:
                Interlocked.Increment(ref failed);
                break;
        }

        return Task.CompletedTask;
    }
}
