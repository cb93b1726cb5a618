using System.Text.Json.Nodes;

namespace SupplyApi.Tests.Intents;

/// <summary>What an app says of an intent, and ways to have one.</summary>
internal static class IntentBody
{
    internal const string Usual = """
        {
          "userId": "user_001",
          "platform": "TAOBAO",
          "productUrl": "https://item.taobao.com/item.htm?id=123456",
          "title": "iPhone 17",
          "price": 5999.50,
          "quantity": 2,
          "recipientName": "收件人",
          "address": "浙江省杭州市西湖区文三路 1 号",
          "phone": "13800001234",
          "remarks": "放在门口"
        }
        """;

    /// <summary>Answers with the id: intent_…</summary>
    internal static async Task<string> MakeAsync(this Signer app, string more = "{}")
    {
        var made = (await app.Quietly().Post("/api/v1/intents", Usual.But(more))).Expect(201);
        return app.Owner.Noted(made.Text("data.id"));
    }

    internal static async Task<string> StatusAsync(this Signer app, string intent) =>
        (await app.Quietly().Get($"/api/v1/intents/{intent}")).Expect(200).Text("data.status");

    /// <summary>By an admin.</summary>
    internal static async Task StepAsync(this Actors actors, string intent, params string[] steps)
    {
        var admin = await actors.AdminAsync();
        foreach (var step in steps)
        {
            var body = step == "fail" ? """{ "reason": "It is sold out." }""" : null;
            (await admin.Quietly().Post($"/api/intents/{intent}/{step}", body)).Expect(200);
        }
    }

    internal static JsonNode Json(string body) => JsonNode.Parse(body)!;
}
