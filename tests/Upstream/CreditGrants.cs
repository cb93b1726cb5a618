namespace SupplyApi.Upstream;

/// <summary>The balance of an account, where the provider tells it at all.</summary>
internal static class CreditGrants
{
    internal static async Task ShowAsync(HttpContext http)
    {
        if (!await Credential.AdmitAsync(http, Protocol.OpenAi)) return;
        var credential = Credential.Read(http.Request)!;
        if (credential.Contains("nobalance", StringComparison.OrdinalIgnoreCase))
        {
            await Refusal.UnknownUrlAsync(http);
            return;
        }
        OpenAiHeaders.Write(http);
        var (granted, used, available) = credential.Contains("poor", StringComparison.OrdinalIgnoreCase)
            ? ("100.0", "99.5", "0.5")
            : ("120000.0", "20000.0", "100000.0");
        await http.SendJsonAsync(Json.Fold(
            $$$"""
            {"object":"credit_summary","total_granted":{{{granted}}},"total_used":{{{used}}},
            "total_available":{{{available}}},"grants":{"object":"list","data":[]}}
            """));
    }
}
