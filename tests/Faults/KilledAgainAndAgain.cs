using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Npgsql;

namespace SupplyApi.Tests.Faults;

/// <summary>
/// kill -9 at random moments under load, again and again, on one database and one data directory. What a client got in
/// full is billed, once and exactly; what was cut is billed once or not at all; every unit of money is accounted for.
/// </summary>
public sealed class KilledAgainAndAgain(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Kills = 50;
    private const int Clients = 8;
    private const decimal Balance = 100_000;
    private const decimal Cost = (10 * Sale.PerInputToken) + (5 * Sale.PerOutputToken);

    private static readonly TimeSpan LongestLoad = TimeSpan.FromMilliseconds(400);

    private const string Usage = "select request_id, charged from gateway_usage where user_id = $1";

    private readonly ConcurrentDictionary<string, bool> answers = new(StringComparer.Ordinal);
    private SupplyApiProcess api = null!;

    public async ValueTask InitializeAsync() => api = await SupplyApiProcess.StartAsync();

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task And_nothing_is_lost_or_billed_twice()
    {
        var seed = Environment.GetEnvironmentVariable("SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        var random = new Random(seed);
        var sale = await Sale.MakeAsync(new Actors(api, null), new Offer(
            Quota: Balance, Sale.PerInputToken * 1_000_000, Sale.PerOutputToken * 1_000_000, MaxConcurrent: 1000,
            RateLimitRpm: 100_000));
        await sale.Consumer.TopUpAsync(Balance);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var kill = 0; kill < Kills; kill++)
        {
            using var stop = new CancellationTokenSource();
            var load = Task.WhenAll(
                Enumerable.Range(0, Clients).Select(one => LoadAsync(http, sale, one, stop.Token)));
            // Every other time as soon as it likes, perhaps before it has answered anything since it started.
            if (kill % 2 == 0) await AnsweredAsync();
            await Task.Delay(LongestLoad * random.NextDouble());
            await api.KillAsync();
            await stop.CancelAsync();
            await load;
            await api.StartAgainAsync();
        }

        var whole = answers.Count(static one => one.Value);
        output.WriteLine(
            $"seed {seed}: {Kills} kills, {whole} calls answered in full, {answers.Count - whole} cut");
        Assert.True(whole >= Kills / 2, "There was hardly any load.");
        await ProveAsync(sale, $"seed {seed}");
    }

    private async Task AnsweredAsync()
    {
        var before = answers.Count(static one => one.Value);
        await Eventually.Async(
            () => Task.FromResult(answers.Count(static one => one.Value)), whole => whole > before, "a whole answer");
    }

    private async Task ProveAsync(Sale sale, string seed)
    {
        var bought = (await sale.BuyAsync("!tokens=10,5")).Expect(200);
        await UsageRow.PostedAsync(api.Database, bought);
        answers[bought.Header("X-Request-Id")!] = true;
        var rows = await RowsAsync(sale.Consumer.Id);
        var billed = rows.Where(static row => row.Charged > 0).ToLookup(static row => row.Request);

        Assert.All(billed, one => Assert.True(one.Count() == 1, $"{seed}: {one.Key} was billed twice"));
        Assert.All(billed, one => Assert.True(answers.ContainsKey(one.Key), $"{seed}: nobody made {one.Key}"));
        Assert.All(
            answers.Where(static one => one.Value),
            one => Assert.True(billed[one.Key].SingleOrDefault().Charged == Cost, $"{seed}: {one.Key} was not billed"));
        await sale.BalanceBecomesAsync(Balance - rows.Sum(static row => row.Charged));
        await MoneyProof.HoldsAsync(api);
    }

    private async Task LoadAsync(HttpClient http, Sale sale, int number, CancellationToken stop)
    {
        // Half of the clients stream; the last event or the last byte is what makes an answer whole.
        var isStream = number % 2 == 0;
        var body = Consumer.Chat(
            sale.Model, "!tokens=10,5", isStream ? "\"max_tokens\": 9, \"stream\": true" : "\"max_tokens\": 9");
        while (!stop.IsCancellationRequested)
        {
            var id = $"kill-{Guid.NewGuid():n}";
            answers[id] = false;
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Address, "/v1/chat/completions"));
            request.Headers.Add("Authorization", $"Bearer {sale.Consumer.Key}");
            request.Headers.Add("X-Request-Id", id);
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var response = await http.SendAsync(request, stop);
                var text = await response.Content.ReadAsStringAsync(stop);
                var isWhole = !isStream || text.Contains("[DONE]", StringComparison.Ordinal);
                answers[id] = response.IsSuccessStatusCode && isWhole;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
            {
                return; // The process is gone.
            }
        }
    }

    private async Task<List<(string Request, decimal Charged)>> RowsAsync(long user)
    {
        await using var connection = await api.Database.OpenAsync();
        await using var command = new NpgsqlCommand(Usage, connection) { Parameters = { new() { Value = user } } };
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<(string Request, decimal Charged)>();
        while (await row.ReadAsync()) rows.Add((row.GetString(0), row.GetDecimal(1)));
        return rows;
    }
}
