using System.Globalization;
using Npgsql;

namespace SupplyApi.Tests.Intents;

/// <summary>
/// Whatever is filtered, sorted and paged by: a list is what one gets by going through all intents one by one, and its
/// total their number. The counts that lists are made with are kept by every change.
/// </summary>
public sealed class ListsAgree : ApiTest
{
    private const int Intents = 150;
    private const int Queries = 120;
    private const string Path = "/api/v1/intents";

    private const string Spread = """
        update intents
           set created_at = date_trunc('day', now(), 'UTC')
                          - make_interval(days => (id % 100)::integer, hours => (id % 3)::integer * 12)
                          - make_interval(secs => case id % 3 when 0 then 0.000001 else 0 end),
               updated_at = now() - make_interval(hours => ((id * 7) % 50)::integer)
         where consumer_id = $1
        """;

    private const string Counts = """
        select grain || ' ' || place || ' ' || day || ' ' || counts::text
          from intent_counts
         where consumer_id = $1 and counts <> array_fill(0, array[18])
        union all
        select title || ' ' || counts::text from intent_titles where consumer_id = $1
         order by 1
        """;
    private const string CountAnew = "select recount_intents(), recount_intent_titles()";

    private static readonly string[] Statuses =
        ["DRAFT", "SUBMITTED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED"];
    private static readonly string[] Platforms = ["TAOBAO", "JD", "PDD"];
    private static readonly string[] Words = ["iPhone", "华为手机", "手机壳", "Phone case"];
    private static readonly decimal[] Prices =
        [0.01m, 0.99m, 1m, 9.99m, 10m, 99.99m, 100m, 137m, 199.99m, 200m, 1000m, 1437.5m, 99_999_999.99m];

    private static readonly Dictionary<string, string> Pages = new()
    {
        ["TAOBAO"] = "https://item.taobao.com/item.htm?id=1",
        ["JD"] = "https://item.jd.com/1.html",
        ["PDD"] = "https://mobile.yangkeduo.com/goods.html?goods_id=1",
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task With_going_through_all(int seed)
    {
        var random = new Random(seed);
        var app = await Actors.SignerAsync("""{ "qps": 100000 }""");
        var all = await FillAsync(app, random);
        for (var turn = 0; turn < Queries; turn++)
        {
            var (query, expected) = Draw(random, all);
            var answer = (await app.Quietly().Get($"{Path}?{query}")).Expect(200);
            Assert.True(expected.Count == answer.Number("data.total"), $"{query}: {expected.Count}, not {answer.Body}");

            var (page, size) = (answer.Number("data.page"), answer.Number("data.pageSize"));
            var ids = answer.At("data.items")!.AsArray().Select(static one => one!["id"]!.GetValue<string>());
            var wanted = expected.Skip((int)((page - 1) * size)).Take((int)size).Select(static one => one.Id);
            Assert.True(wanted.SequenceEqual(ids), $"{query}: {string.Join(' ', wanted)}, not {string.Join(' ', ids)}");
        }
    }

    private sealed record Seen(
        string Id, long Number, string Status, string Platform, string User, string Title, decimal Price,
        DateTimeOffset Created, DateTimeOffset Updated);

    // Made, changed and deleted by the API, so that the counts have seen it all; then spread over time.
    private async Task<List<Seen>> FillAsync(Signer app, Random random)
    {
        for (var one = 0; one < Intents; one++)
        {
            var platform = Platforms[random.Next(3)];
            var intent = await app.MakeAsync(string.Create(CultureInfo.InvariantCulture, $$"""
                {
                  "platform": "{{platform}}", "productUrl": "{{Pages[platform]}}",
                  "userId": "user_{{random.Next(4)}}",
                  "title": "{{Words[random.Next(Words.Length)]}} {{random.Next(30)}}",
                  "price": {{Price(random)}},
                  "status": "{{Statuses[random.Next(2)]}}"
                }
                """));
            var changed = random.Next(10) switch
            {
                0 => await app.Quietly().Delete($"{Path}/{intent}"),
                1 => await app.Quietly().Put($"{Path}/{intent}", """{ "status": "CANCELLED" }"""),
                2 => await app.Quietly().Put($"{Path}/{intent}", """{ "price": 137 }"""),
                3 => await app.Quietly().Put($"{Path}/{intent}", """{ "title": "iPhone" }"""),
                _ => null,
            };
            Assert.True(changed?.Status is null or 200 or 204, changed?.ToString());
        }

        await SpreadAsync(long.Parse(app.App.ConsumerId.Split('_')[1], CultureInfo.InvariantCulture));

        var all = new List<Seen>();
        for (var page = 1; ; page++)
        {
            var answer = (await app.Quietly().Get($"{Path}?pageSize=100&page={page}")).Expect(200);
            all.AddRange(answer.At("data.items")!.AsArray().Select(static one => new Seen(
                Text(one, "id"), long.Parse(Text(one, "id").Split('_')[1], CultureInfo.InvariantCulture),
                Text(one, "status"), Text(one, "platform"), Text(one, "userId"), Text(one, "title"),
                one!["price"]!.GetValue<decimal>(), Time(one, "createdAt"), Time(one, "updatedAt"))));
            if (page >= answer.Number("data.totalPages")) return all;
        }

        static string Text(System.Text.Json.Nodes.JsonNode? one, string member) => one![member]!.GetValue<string>();
        static DateTimeOffset Time(System.Text.Json.Nodes.JsonNode? one, string member) =>
            DateTimeOffset.Parse(Text(one, member), CultureInfo.InvariantCulture);
    }

    // Then the counts that were kept are what they become when all are counted anew.
    private async Task SpreadAsync(long consumer)
    {
        await using var connection = await Api.Database.OpenAsync();
        await using var spread = OfConsumer(Spread);
        await spread.ExecuteNonQueryAsync();
        var kept = await CountsAsync();
        await using var anew = new NpgsqlCommand(CountAnew, connection);
        await anew.ExecuteNonQueryAsync();
        Assert.NotEmpty(kept);
        Assert.Equal(await CountsAsync(), kept);

        async Task<List<string>> CountsAsync()
        {
            var counts = new List<string>();
            await using var read = OfConsumer(Counts);
            await using var row = await read.ExecuteReaderAsync();
            while (await row.ReadAsync()) counts.Add(row.GetString(0));
            return counts;
        }

        NpgsqlCommand OfConsumer(string text) =>
            new(text, connection) { Parameters = { new() { Value = consumer } } };
    }

    private static (string Query, List<Seen> Expected) Draw(Random random, List<Seen> all)
    {
        var (parts, left) = (new List<string>(), all.AsEnumerable());
        if (random.Next(3) == 0)
        {
            var some = Statuses.Where(_ => random.Next(2) == 0).DefaultIfEmpty("DRAFT").ToList();
            parts.Add($"filter[status][in]={string.Join(',', some)}");
            left = left.Where(one => some.Contains(one.Status));
        }

        if (random.Next(4) == 0)
        {
            var platform = Platforms[random.Next(3)];
            parts.Add($"platform={platform}");
            left = left.Where(one => one.Platform == platform);
        }

        if (random.Next(2) == 0) left = DrawPrice(random, parts, left);
        if (random.Next(2) == 0) left = DrawTime(random, all, parts, left);
        if (random.Next(6) == 0)
        {
            parts.Add("filter[userId][in]=user_1,user_2,nobody");
            left = left.Where(static one => one.User is "user_1" or "user_2");
        }

        if (random.Next(4) == 0)
        {
            var word = (string[])["phone", "手机", "机", "iPhone 1", "e"];
            var part = word[random.Next(word.Length)];
            parts.Add($"filter[title][like]={Uri.EscapeDataString(part)}");
            left = left.Where(one => one.Title.Contains(part, StringComparison.OrdinalIgnoreCase));
        }

        return Sorted(random, parts, left.ToList());
    }

    private static IEnumerable<Seen> DrawPrice(Random random, List<string> parts, IEnumerable<Seen> left)
    {
        var (one, two) = (Price(random), Price(random));
        if (random.Next(4) == 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"filter[price]={one}"));
            return left.Where(seen => seen.Price == one);
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"filter[price][gte]={one}"));
        left = left.Where(seen => seen.Price >= one);
        if (random.Next(2) == 0) return left;
        parts.Add(string.Create(CultureInfo.InvariantCulture, $"filter[price][lte]={two}"));
        return left.Where(seen => seen.Price <= two);
    }

    private static decimal Price(Random random) => random.Next(3) == 0
        ? random.Next(1, 300_000) / 100m
        : Prices[random.Next(Prices.Length)];

    private static IEnumerable<Seen> DrawTime(
        Random random, List<Seen> all, List<string> parts, IEnumerable<Seen> left)
    {
        var (from, until) = (all[random.Next(all.Count)].Created, all[random.Next(all.Count)].Created);
        if (random.Next(3) == 0)
        {
            var (first, last) = (from.UtcDateTime.Date, until.UtcDateTime.Date);
            parts.Add($"startDate={first:yyyy-MM-dd}&endDate={last:yyyy-MM-dd}");
            return left.Where(one => one.Created.UtcDateTime.Date >= first && one.Created.UtcDateTime.Date <= last);
        }

        if (random.Next(3) > 0)
        {
            parts.Add($"startTime={from.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}");
            left = left.Where(one => one.Created >= from);
        }

        parts.Add($"filter[createdAt][lte]={Uri.EscapeDataString($"{until.ToOffset(TimeSpan.FromHours(8)):O}")}");
        return left.Where(one => one.Created <= until);
    }

    private static (string Query, List<Seen> Expected) Sorted(Random random, List<string> parts, List<Seen> left)
    {
        var (by, isAscending) = (random.Next(3), random.Next(2) == 0);
        var sorted = (by switch
        {
            0 => left.OrderBy(static one => one.Created),
            1 => left.OrderBy(static one => one.Updated),
            _ => left.OrderBy(static one => one.Price),
        }).ThenBy(static one => one.Number).ToList();
        if (!isAscending) sorted.Reverse();
        var size = random.Next(1, 30);
        parts.Add($"sortBy={((string[])["createdAt", "updatedAt", "price"])[by]}");
        parts.Add(isAscending ? "order=asc" : "sortOrder=desc");
        parts.Add($"pageSize={size}&page={random.Next(1, (sorted.Count / size) + 2)}");
        return (string.Join('&', parts), sorted);
    }
}
