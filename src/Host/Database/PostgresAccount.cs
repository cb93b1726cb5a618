using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace SupplyApi.Host.Database;

/// <summary>Whom PostgreSQL runs as when we are root, because it refuses to be root itself.</summary>
internal sealed record PostgresAccount(uint User, uint Group)
{
    /// <summary>The owner of a cluster that is there, else postgres, else nobody; null when we are not root.</summary>
    public static async Task<PostgresAccount?> FindAsync(string cluster, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess) return null;
        if (Directory.Exists(cluster))
        {
            var (_, owner) = await SupervisedProcess.AskAsync(["stat", "-c", "%u:%g", cluster], ct);
            return Parse(owner.Split(':'), user: 0);
        }
        var accounts = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).ToList();
        var entry = accounts.Find(entry => entry[0] == "postgres") ?? accounts.Find(entry => entry[0] == "nobody")
            ?? throw new SettingsException("ConnectionStrings__Supply",
                "PostgreSQL cannot run as root and there is no user postgres or nobody; start as an ordinary user");
        return Parse(entry, user: 2);
    }

    private static PostgresAccount Parse(string[] fields, int user) => new(
        uint.Parse(fields[user], CultureInfo.InvariantCulture),
        uint.Parse(fields[user + 1], CultureInfo.InvariantCulture));

    /// <summary>What stands before a command that this account shall run.</summary>
    public static IEnumerable<string> Prefix(PostgresAccount? account) => account is null
        ? []
        : ["setpriv", $"--reuid={account.User}", $"--regid={account.Group}", "--clear-groups"];

    /// <summary>Refuses a folder that the account cannot reach and names the one that stands in the way.</summary>
    public async Task CheckReachesAsync(string folder, CancellationToken ct)
    {
        var parents = new List<string>();
        for (var parent = folder; parent is not null; parent = Path.GetDirectoryName(parent))
            parents.Insert(0, parent);

        var (exitCode, output) = await SupervisedProcess.AskAsync(
            [.. Prefix(this), "sh", "-c", "for folder do [ -x \"$folder\" ] || { echo \"$folder\"; exit 1; }; done",
                "sh", .. parents], ct);
        if (exitCode == 0) return;
        throw new SettingsException("Supply__DataDirectory", parents.Contains(output)
            ? $"PostgreSQL runs as user {User} and may not enter {output}; chmod o+x it or choose another directory"
            : $"PostgreSQL cannot run as user {User}: {output.ReplaceLineEndings(" ")}");
    }

    /// <summary>Makes a folder that only the account may enter; false when something of that name is there.</summary>
    public static bool TryMakeFolder(string path, PostgresAccount? account)
    {
        if (Libc.MakeFolder(path, 0b111_000_000) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error == Libc.AlreadyExists ? false : throw new IOException($"{path}: {Describe(error)}");
        }
        if (account is not null && Libc.GiveTo(path, account.User, account.Group) != 0)
            throw new IOException($"{path}: {Describe(Marshal.GetLastPInvokeError())}");
        return true;
    }

    private static string Describe(int error) => new Win32Exception(error).Message;
}
