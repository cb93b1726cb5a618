namespace SupplyApi.Tests.Supply.Settlements;

/// <summary>A statement fetched as its supplier does: first the address, then the file, without a session.</summary>
internal static class StatementFiles
{
    internal static async Task<Answer> FetchAsync(Supplier supplier, long settlement, string format)
    {
        var links = await supplier.Quietly().Get($"/api/v1/supply/settlements/{settlement}/statement");
        var url = new Uri(links.Expect(200).Text(format switch
        {
            "csv" => "data.download_url",
            "html" => "data.printable_url",
            _ => "data.json_url",
        }));
        return (await supplier.WithCredential(null).Quietly().Get(url.PathAndQuery)).Expect(200);
    }
}
