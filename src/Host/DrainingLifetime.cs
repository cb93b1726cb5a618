using System.Runtime.InteropServices;
using SupplyApi.Features.Public;

namespace SupplyApi.Host;

/// <summary>
/// SIGTERM: not ready any more, so the load balancer stops sending; what is under way finishes; then the end.
/// SIGINT (Ctrl-C) does not wait for the load balancer.
/// </summary>
internal sealed class DrainingLifetime(Drain drain, IHostApplicationLifetime lifetime) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(1);

    private readonly List<PosixSignalRegistration> signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => End(signal, Notice)));
        signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => End(signal, TimeSpan.Zero)));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => signals.ForEach(static signal => signal.Dispose());

    private void End(PosixSignalContext signal, TimeSpan notice)
    {
        signal.Cancel = true;
        drain.Start();
        _ = Task.Delay(notice).ContinueWith(_ => lifetime.StopApplication(), TaskScheduler.Default);
    }
}
