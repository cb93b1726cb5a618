using Microsoft.Testing.Platform.Builder;
using Microsoft.Testing.Platform.Extensions.TestHost;
using Microsoft.Testing.Platform.TestHost;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// Ends what the suite shares while the run still counts as running: once the runner has returned, xunit gives the
/// process ten seconds to be gone.
/// </summary>
public sealed class SuiteEnd(bool isFullRun) : ITestSessionLifetimeHandler
{
    public static IReadOnlyList<string> Failures { get; private set; } = [];

    public string Uid => nameof(SuiteEnd);
    public string Version => "1";
    public string DisplayName => "end of the suite";
    public string Description => "Ends what all tests share and judges what only the end can tell";

    public static void Register(ITestApplicationBuilder builder, bool isFullRun) =>
        builder.TestHost.AddTestSessionLifetimeHandle(_ => new SuiteEnd(isFullRun));

    public Task<bool> IsEnabledAsync() => Task.FromResult(true);

    public Task OnTestSessionStartingAsync(SessionUid sessionUid, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    public async Task OnTestSessionFinishingAsync(SessionUid sessionUid, CancellationToken cancellationToken) =>
        Failures = await Suite.FinishAsync(isFullRun);
}
