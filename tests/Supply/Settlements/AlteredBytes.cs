using System.Diagnostics;

namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>The verifying script of docs/, run over a statement and over each of its one-byte alterations.</summary>
internal static class AlteredBytes
{
    private const string Script = """
        const { isGenuine } = await import(process.argv[3]);
        const { readFileSync } = await import('node:fs');
        const [file, keys] = [readFileSync(process.argv[1]), JSON.parse(readFileSync(process.argv[2]))];
        let found = 0;
        for (let place = 0; place < file.length; place++) {
          const altered = Buffer.from(file);
          altered[place] ^= 1;
          if (!isGenuine(altered, keys)) found++;
        }
        console.log(`${isGenuine(file, keys) ? 'good' : 'refused'}; ${found} of ${file.length} alterations found`);
        """;

    internal static async Task<string> TryAllAsync(string file, string keys)
    {
        var script = Path.Combine(Repository.Root, "docs", "verify-statement.mjs");
        string[] arguments = ["--input-type=module", "--eval", Script, file, keys, script];
        using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return said.Trim();
    }
}
