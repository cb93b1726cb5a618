using System.Diagnostics;
using System.Globalization;

namespace SupplyApi.Tests.Harness;

/// <summary>
/// A shell that outlives the suite by a second: when the suite dies, kill -9 included, its pipe closes and the shell
/// ends the children and removes the folders that were not yet taken off its list.
/// </summary>
internal static class Reaper
{
    private const string Script = """
        pids= dirs=
        without() { out=; for one in $1; do [ "$one" = "$2" ] || out="$out $one"; done; echo "$out"; }
        while read -r what one; do
          case $what in
            +pid) pids="$pids $one" ;;
            -pid) pids=$(without "$pids" "$one") ;;
            +dir) dirs="$dirs $one" ;;
            -dir) dirs=$(without "$dirs" "$one") ;;
          esac
        done
        [ -z "$pids" ] || { kill -QUIT $pids; sleep 1; kill -KILL $pids; } 2>/dev/null
        [ -z "$dirs" ] || rm -rf $dirs
        """;

    private static readonly Lock Gate = new();
    private static StreamWriter? line;

    internal static void Adopt(Process child) => Write($"+pid {child.Id.ToString(CultureInfo.InvariantCulture)}");

    internal static void Release(Process child) => Write($"-pid {child.Id.ToString(CultureInfo.InvariantCulture)}");

    internal static string AdoptDirectory(string path)
    {
        Write($"+dir {path}");
        return path;
    }

    internal static void RemoveDirectory(string path)
    {
        Directory.Delete(path, recursive: true);
        Write($"-dir {path}");
    }

    private static void Write(string text)
    {
        lock (Gate)
        {
            line ??= Start();
            line.WriteLine(text);
            line.Flush();
        }
    }

    // A session of its own, so that Ctrl-C in the terminal does not reach it.
    private static StreamWriter Start()
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script]) { RedirectStandardInput = true };
        return Process.Start(start)!.StandardInput;
    }
}
