using SupplyApi.Tests;
using Xunit.MicrosoftTestingPlatform;

// A filtered run cannot know what the rest of the suite would have covered.
var isFullRun = !args.Any(static one =>
    one.StartsWith("--filter", StringComparison.Ordinal)
    || one is "--treenode-filter" or "--list-tests" or "--help" or "--info" or "-?");

var exitCode = await TestPlatformTestFramework.RunAsync(args, (builder, arguments) =>
{
    builder.AddSelfRegisteredExtensions(arguments);
    ClosingLine.Register(builder);
    SuiteEnd.Register(builder, isFullRun);
});

var failures = SuiteEnd.Failures;
foreach (var failure in failures) await Console.Out.WriteLineAsync($"failed at the end of the run: {failure}");

await Console.Out.WriteLineAsync(ClosingLine.Text(failures.Count));
return exitCode == 0 && failures.Count > 0 ? 2 : exitCode;
