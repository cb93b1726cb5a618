using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Harness;

/// <summary>The simulated provider; one for the whole suite, as faults are asked for in the calls themselves.</summary>
public sealed class UpstreamProcess : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly Child child;

    private UpstreamProcess(Child child, Uri address) => (this.child, Address) = (child, address);

    public Uri Address { get; }

    public static async Task<UpstreamProcess> StartAsync()
    {
        var native = Path.Combine(Repository.Artifacts, "upstream");
        string[] program = SupplyApiProcess.IsNative && File.Exists(native)
            ? [native]
            : ["dotnet", Repository.OutputOf("Upstream", "upstream.dll")];
        var start = new ProcessStartInfo(program[0], [.. program[1..], "--urls", "http://127.0.0.1:0"]);
        var child = Child.Start("upstream", start, "upstream: listening on ");
        return new UpstreamProcess(child, new Uri(await child.AnnouncedAsync(TimeSpan.FromSeconds(30))));
    }

    /// <summary>The calls that arrived with this credential, oldest first.</summary>
    public async Task<IReadOnlyList<UpstreamCall>> CallsAsync(string credential)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(credential)))[..16];
        var log = JsonNode.Parse(await http.GetStringAsync(new Uri(Address, $"/upstream/log?credential={digest}")))!;
        return [.. log["requests"]!.AsArray().Select(static one => new UpstreamCall(
            one!["method"]!.GetValue<string>(),
            one["path"]!.GetValue<string>(),
            one["finished"]!.GetValue<bool>(),
            one["client_aborted"]!.GetValue<bool>()))];
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await child.DisposeAsync();
    }
}

/// <summary>One call as the simulated provider saw it.</summary>
public sealed record UpstreamCall(string Method, string Path, bool IsFinished, bool ClientLeft)
{
    public bool IsCompletion => Method == "POST";
}
