using System.Runtime.InteropServices;

namespace SupplyApi.Tests.Harness;

/// <summary>Signals that .NET cannot send by itself.</summary>
internal static class Signals
{
    internal const int Quit = 3;
    internal const int Kill = 9;
    internal const int Terminate = 15;

    internal static void Send(int processId, int signal) => _ = KillNative(processId, signal);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int KillNative(int processId, int signal);
}
