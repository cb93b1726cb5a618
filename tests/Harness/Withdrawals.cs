namespace SupplyApi.Tests.Harness;

/// <summary>Earnings on their way out.</summary>
public static class Withdrawals
{
    public const string Path = "/api/v1/supply/settlements/withdraw";

    /// <summary>A card number whose last digit is right.</summary>
    public const string Card = "6222021234567894";

    public static string Body(decimal amount, string code) => FormattableString.Invariant($$"""
        {
          "withdraw_amount": {{amount}},
          "payment_method": "bank",
          "payment_account": "{{Card}}",
          "sms_code": "{{code}}"
        }
        """);

    /// <summary>A withdrawal that is still pending; answers with its id.</summary>
    public static async Task<long> WithdrawAsync(this Supplier supplier, decimal amount)
    {
        var code = await supplier.AskForCodeAsync();
        var answer = await supplier.Quietly().Post(Path, Body(amount, code));
        return supplier.Noted("settlement", answer.Expect(201).Number("data.settlement_id"));
    }

    /// <summary>An admin's step: process, complete or fail.</summary>
    public static async Task DecideAsync(this SupplyApiProcess api, long settlement, params string[] steps)
    {
        var founder = await api.FounderAsync();
        foreach (var step in steps)
        {
            var body = step switch
            {
                "complete" => """{ "payment_reference": "PAY-2026-0001" }""",
                "fail" => """{ "reason": "The bank returned it." }""",
                _ => null,
            };
            (await founder.Quietly().Post($"/api/settlements/{settlement}/{step}", body)).Expect(200);
        }
    }
}
