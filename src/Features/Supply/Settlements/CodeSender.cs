using System.Text;
using System.Text.Json.Nodes;

namespace SupplyApi.Features.Supply.Settlements;

/// <param name="To">Whoever sends text messages for the operator; null for nobody.</param>
/// <param name="Log">Codes are written to the log: for development.</param>
internal sealed record SmsTerms(WebhookAddress? To, bool Log);

/// <summary>How a code gets to the phone.</summary>
internal sealed partial class CodeSender(SmsTerms terms, Webhook webhook, ILogger<CodeSender> logger)
{
    internal bool CanSend => terms.To is not null || terms.Log;

    /// <summary>False when it cannot be said to be on its way.</summary>
    internal async Task<bool> SendAsync(
        Guid messageId, string phone, string code, DateTimeOffset expiresAt, CancellationToken ct)
    {
        var masked = Phone.Mask(phone);
        if (terms.To is { } to)
        {
            var message = new JsonObject
            {
                ["type"] = "sms",
                ["phone"] = phone,
                ["template"] = "supply_withdrawal",
                ["code"] = code,
                ["expires_at"] = expiresAt.UtcDateTime,
            };
            var body = Encoding.UTF8.GetBytes(message.ToJsonString());
            var posted = await webhook.PostAsync(to, messageId.ToString(), body, ct);
            if (!posted.IsTaken)
            {
                Failed(logger, masked, posted.Problem);
                return false;
            }
        }

        if (terms.Log) Written(logger, masked, code);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "SMS to {Phone}: {Code}")]
    private static partial void Written(ILogger logger, string phone, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The SMS to {Phone} was not sent: {Reason}")]
    private static partial void Failed(ILogger logger, string phone, string reason);
}
