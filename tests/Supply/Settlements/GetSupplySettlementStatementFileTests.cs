using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Supply.Settlements;

public sealed class GetSupplySettlementStatementFileTests : ApiTest
{
    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    [InlineData("html")]
    public async Task Tells_all_of_a_settlement(string format)
    {
        var (supplier, settlement) = await CompletedAsync();
        var links = await supplier.Quietly().Get($"/api/v1/supply/settlements/{settlement}/statement");
        var name = format switch { "csv" => "download_url", "html" => "printable_url", _ => "json_url" };
        await supplier.WithCredential(null).Get(new Uri(links.Text($"data.{name}")).PathAndQuery);

        Transcript.Matches(format);
    }

    [Fact]
    public async Task The_lines_sum_to_the_whole_and_the_entries_to_nothing()
    {
        var (supplier, settlement) = await CompletedAsync();
        var statement = (await StatementFiles.FetchAsync(supplier, settlement, "json")).At("statement")!;

        Assert.Equal("40.55", statement["total_amount"]!.ToString());
        Assert.Equal(40.55m, Sum(statement["lines"]!, "amount"));
        Assert.Equal(0, Sum(statement["entries"]!, "amount"));

        static decimal Sum(JsonNode list, string name) => list.AsArray().Sum(one => decimal.Parse(
            one![name]!.ToString(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task An_address_opens_one_thing_for_a_quarter_of_an_hour()
    {
        var masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using var api = await SupplyApiProcess.StartAsync(new() { ["Supply__MasterKey"] = masterKey });
        var supplier = await new Actors(api, Transcript).SupplierAsync();
        await supplier.GrantAsync(100);
        var settlement = await supplier.WithdrawAsync(10);
        var links = await supplier.Quietly().Get($"/api/v1/supply/settlements/{settlement}/statement");
        var path = new Uri(links.Text("data.download_url")).PathAndQuery;
        var quiet = supplier.Quietly();

        Assert.Equal(200, (await quiet.WithCredential(null).Get(path)).Status);
        foreach (var (part, other, status) in ((string, string, int)[])
            [
                ("format=csv", "format=json", 403),
                ($"/{settlement}/", $"/{settlement + 1}/", 403),
                ($"/{settlement}/", "/none/", 404),
                ("expires=1", "expires=9", 403),
                ("&signature=", "&signature=x", 403),
                ("format=csv", "format=pdf", 400),
            ])
            Assert.Equal(status, (await quiet.Get(path.Replace(part, other, StringComparison.Ordinal))).Status);
        await supplier.Get(
            $"/api/v1/supply/settlements/{settlement}/statement/file?format=csv&expires=soon&signature=x");

        await using var later = await SupplyApiProcess.StartAsync(
            new() { ["Supply__MasterKey"] = masterKey, ["Supply__ClockOffset"] = "00:15:01" }, api.Database);
        await new Client(later, Transcript).Get(path);
        Transcript.Matches();
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public async Task Every_altered_byte_is_found_offline(string format)
    {
        var (supplier, settlement) = await CompletedAsync();
        var statement = Encoding.UTF8.GetBytes((await StatementFiles.FetchAsync(supplier, settlement, format)).Body);
        var keys = (await Actors.Stranger().Quietly().Get("/.well-known/jwks.json")).Expect(200).Body;
        var folder = Directory.CreateTempSubdirectory("st-statement-");
        try
        {
            var (file, keysFile) = (Path.Combine(folder.FullName, "statement"), Path.Combine(folder.FullName, "keys"));
            await File.WriteAllTextAsync(keysFile, keys);
            await File.WriteAllBytesAsync(file, statement);
            Assert.Equal(0, (await Api.RunAsync("verify-statement", file)).ExitCode);
            Assert.Equal(0, (await Api.RunAsync("verify-statement", file, "--keys", keysFile)).ExitCode);

            // The script in Node tries every byte; the service's own command, being a process, some of them.
            Assert.Equal(
                $"good; {statement.Length} of {statement.Length} alterations found",
                await AlteredBytes.TryAllAsync(file, keysFile));
            foreach (var place in Enumerable.Range(0, 8).Select(one => one * (statement.Length - 1) / 7))
            {
                var altered = statement.ToArray();
                altered[place] ^= 1;
                await File.WriteAllBytesAsync(file, altered);
                var found = await Api.RunAsync("verify-statement", file, "--keys", keysFile);
                Assert.True(found.ExitCode == 1, $"byte {place}: {string.Join('\n', found.Output)}");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Another_installations_key_does_not_fit()
    {
        var (supplier, settlement) = await CompletedAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, (await StatementFiles.FetchAsync(supplier, settlement, "csv")).Body);
            await using var other = await SupplyApiProcess.StartAsync();
            var verdict = await other.RunAsync("verify-statement", file);
            Assert.Equal(1, verdict.ExitCode);
            Assert.Contains("is not among the keys", Assert.Single(verdict.Output), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<(Supplier Supplier, long Settlement)> CompletedAsync()
    {
        var supplier = await Actors.SupplierAsync();
        await supplier.GrantAsync(50);
        await supplier.GrantAsync(0.123456789m);
        var settlement = await supplier.WithdrawAsync(40.55m);
        await Api.DecideAsync(settlement, "process", "complete");
        return (supplier, settlement);
    }
}
