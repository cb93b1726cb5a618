using System.Runtime.InteropServices;

namespace SupplyApi.Host.Database;

/// <summary>The few calls that .NET does not offer and that the embedded PostgreSQL needs.</summary>
internal static partial class Libc
{
    internal const int SignalInterrupt = 2;
    internal const int SignalKill = 9;
    internal const int AlreadyExists = 17;

    // One call, because making a folder and closing it afterwards would leave it open to others for a moment.
    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int MakeFolder(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int GiveTo(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Signal(int process, int signal);
}
