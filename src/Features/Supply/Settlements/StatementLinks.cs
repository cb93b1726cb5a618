using System.Globalization;

namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// Addresses that open one settlement's statement in one format, for a quarter of an hour, to whoever has them.
/// </summary>
internal sealed class StatementLinks(Signature signature, StatementOrigin origin)
{
    internal static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    internal static readonly string[] Formats = ["csv", "html", "json"];

    internal Uri Make(HttpRequest request, long settlementId, string format, DateTimeOffset expiresAt)
    {
        var expires = expiresAt.ToUnixTimeSeconds();
        var path = $"/api/v1/supply/settlements/{settlementId}/statement/file?format={format}&expires={expires}"
            + $"&signature={signature.SignLink(Signed(settlementId, format, expires))}";
        return new Uri(origin.PublicUrl ?? new Uri($"{request.Scheme}://{request.Host}"), path);
    }

    internal bool IsGood(long settlementId, string format, long expires, string code, DateTimeOffset now) =>
        signature.IsLink(Signed(settlementId, format, expires), code) && expires >= now.ToUnixTimeSeconds();

    private static string Signed(long settlementId, string format, long expires) =>
        string.Create(CultureInfo.InvariantCulture, $"statement\n{settlementId}\n{format}\n{expires}");
}

/// <param name="PublicUrl">Null: as the request names us.</param>
internal sealed record StatementOrigin(Uri? PublicUrl);
