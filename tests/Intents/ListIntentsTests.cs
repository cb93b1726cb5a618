namespace SupplyApi.Tests.Intents;

public sealed class ListIntentsTests : ApiTest
{
    private const string Path = "/api/v1/intents";

    [Fact]
    public async Task Lists_what_the_consumer_has()
    {
        var (app, other) = (await Actors.SignerAsync(), await Actors.SignerAsync());
        await app.Get(Path);
        for (var one = 0; one < 3; one++)
            await app.MakeAsync($$"""{ "title": "Title {{one}}", "price": {{one + 1}} }""");
        await other.MakeAsync();
        await app.Get($"{Path}?pageSize=2");
        await app.Get($"{Path}?pageSize=2&page=2&fields=id,title");
        await app.Get($"{Path}?page=9&fields=id");
        await app.Get($"{Path}?sortBy=price&sortOrder=asc&fields=price");
        await app.Get($"{Path}?sortBy=updatedAt&order=asc&fields=title");

        Transcript.Matches();
    }

    [Fact]
    public async Task Filters_as_the_document_shows()
    {
        var app = await Actors.SignerAsync();
        await app.MakeAsync("""{ "price": 50 }""");
        await app.MakeAsync("""{ "price": 100, "title": "华为手机 Mate" }""");
        await app.MakeAsync("""{ "price": 1000, "status": "DRAFT", "userId": "user_002" }""");
        const string Fields = "&fields=title,price,status,userId";
        await app.Get($"{Path}?filter[status][in]=SUBMITTED,PROCESSING&filter[price][gte]=100"
            + $"&startTime=2026-02-01T00:00:00Z{Fields}");
        await app.Get($"{Path}?filter%5Bprice%5D%5Blte%5D=999.99{Fields}");
        await app.Get($"{Path}?filter[title][like]=IPHONE&filter[price]=50{Fields}");
        await app.Get($"{Path}?filter[title][like]={Uri.EscapeDataString("手机")}{Fields}");
        await app.Get($"{Path}?userId=user_002&platform=TAOBAO&status=DRAFT{Fields}");
        await app.Get($"{Path}?status=DRAFT&filter[status]=SUBMITTED{Fields}");
        await app.Get($"{Path}?startDate=2026-02-01&endDate=2026-02-28{Fields}");

        Transcript.Matches();
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=1.5", "page")]
    [InlineData("pageSize=101", "pageSize")]
    [InlineData("pageSize=%D9%A3", "pageSize")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("sortBy=title", "sortBy")]
    [InlineData("sortOrder=up", "sortOrder")]
    [InlineData("sortOrder=asc&order=desc", "order")]
    [InlineData("fields=id,colour", "fields")]
    [InlineData("fields=", "fields")]
    [InlineData("filter[colour]=red", "filter[colour]")]
    [InlineData("filter[status][like]=SUB", "filter[status][like]")]
    [InlineData("filter[status][or]=SUBMITTED", "filter[status][or]")]
    [InlineData("filter[status][in]=SUBMITTED,,DRAFT", "filter[status][in]")]
    [InlineData("filter[status]=submitted", "filter[status]")]
    [InlineData("filter[price][gte]=cheap", "filter[price][gte]")]
    [InlineData("filter[price][gte]=-1", "filter[price][gte]")]
    [InlineData("filter[price][gte]=1e400", "filter[price][gte]")]
    [InlineData("filter[price][like]=1", "filter[price][like]")]
    [InlineData("filter[title]=", "filter[title]")]
    [InlineData("filter[title][like]=a%00b", "filter[title][like]")]
    [InlineData("filter[createdAt][gte]=yesterday", "filter[createdAt][gte]")]
    [InlineData("filter[]=1", "filter[]")]
    [InlineData("filter=1", "filter")]
    [InlineData("filter[status", "filter[status")]
    [InlineData("filter[status][in][in]=DRAFT", "filter[status][in][in]")]
    [InlineData("filterstatus=DRAFT", "filterstatus")]
    [InlineData("startTime=2026-02-30T00:00:00Z", "startTime")]
    [InlineData("endDate=2026-2-1", "endDate")]
    [InlineData("Filter[status]=DRAFT", "Filter[status]")]
    [InlineData("STATUS=DRAFT", "STATUS")]
    [InlineData("pagesize=1", "pagesize")]
    [InlineData("limit=1", "limit")]
    [InlineData("=1", "")]
    public async Task Says_what_is_wrong(string query, string field)
    {
        var app = await Actors.SignerAsync();
        var refused = (await app.Get($"{Path}?{query}")).Expect(400);
        Assert.Equal((40003, field), (refused.Number("code"), refused.Text("data.field")));
    }

    [Theory]
    [InlineData("'; drop table intents; --")]
    [InlineData("' or '1'='1")]
    [InlineData("%' or true --")]
    [InlineData("%_%")]
    [InlineData("$1) or (1=1")]
    [InlineData("\\")]
    public async Task Takes_values_for_values(string text)
    {
        var app = await Actors.SignerAsync();
        await app.MakeAsync();
        var value = Uri.EscapeDataString(text);
        string[] filters = ["filter[title]", "filter[title][like]", "filter[userId]", "filter[userId][in]"];
        foreach (var filter in filters)
            Assert.Equal(0, (await app.Quietly().Get($"{Path}?{filter}={value}")).Expect(200).Number("data.total"));
        Assert.Equal(1, (await app.Quietly().Get(Path)).Expect(200).Number("data.total"));

        var title = new System.Text.Json.Nodes.JsonObject { ["title"] = text }.ToJsonString();
        await app.MakeAsync(title);
        Assert.Equal(1, (await app.Quietly().Get($"{Path}?filter[title][like]={value}")).Number("data.total"));
        Assert.Equal(1, (await app.Quietly().Get($"{Path}?filter[title]={value}")).Number("data.total"));
    }
}
