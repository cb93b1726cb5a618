using System.Globalization;
using System.Net.Http.Headers;

namespace SupplyApi.Features.Gateway.Upstream;

/// <summary>
/// What an upstream's refusal means: the caller's fault, this supplier's, or the moment's. The only place that knows.
/// </summary>
internal static class FailureRules
{
    private const int BodyBytesMax = 64 * 1024;
    private const int MessageMax = 500;
    private static readonly TimeSpan WaitMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WaitUntold = TimeSpan.FromSeconds(5);

    internal const string OutOfCredit = "credit balance is too low";

    internal static async Task<Verdict> ExplainAsync(
        UpstreamAnswer answer, string credential)
    {
        var status = answer.Status;
        var (code, param, message, isAccount) = await ReadReasonAsync(answer, credential);
        return status switch
        {
            400 when isAccount => AccountRefused,
            // The request itself is at fault: everybody else would say the same.
            400 or 422 => new(Mistake(StatusCodes.Status400BadRequest), false, Failure.Caller),
            413 => new(Mistake(StatusCodes.Status413PayloadTooLarge), false, Failure.Caller),
            // The supplier offers what the provider does not have.
            404 => new(
                new Refusal(404, code ?? "model_not_found", message ?? "The provider does not have this model."),
                true, Failure.Caller),
            401 or 402 or 403 => AccountRefused,
            429 when code == "insufficient_quota" => AccountRefused,
            429 => new(
                Errors.TooMany(RetryAfter(answer)) with { Message = message ?? "The provider is busy." },
                true, Failure.Busy),
            503 or 529 => new(Errors.NoCapacity with { RetryAfter = RetryAfter(answer) }, true, Failure.Upstream),
            _ => new(
                Errors.Upstream(StatusCodes.Status502BadGateway, message ?? $"The provider failed ({status})."),
                true, Failure.Upstream),
        };

        Refusal Mistake(int told) =>
            new(told, code ?? "invalid_request", message ?? "The provider refused the request.") { Field = param };
    }

    // The supplier's own credential or credit: nothing the caller could mend, so the provider's text is not shown.
    private static Verdict AccountRefused => new(
        Errors.Upstream(StatusCodes.Status502BadGateway, "The supplier's account was refused by the provider."),
        true, Failure.Supplier);

    /// <summary>What the caller is told is what we do ourselves, so it has a limit.</summary>
    private static TimeSpan RetryAfter(UpstreamAnswer answer)
    {
        if (!RetryConditionHeaderValue.TryParse(answer.RetryAfter, out var told)) return WaitUntold;
        var wait = told.Delta ?? TimeSpan.Zero;
        if (told.Date is { } until && DateTimeOffset.TryParseExact(
            answer.Date, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var now))
            wait = until - now;
        if (wait <= TimeSpan.Zero) return WaitUntold;
        return wait < WaitMin ? WaitMin : wait > WaitMax ? WaitMax : wait;
    }

    /// <summary>The provider's own words, unless they carry a piece of the credential.</summary>
    private static async Task<(string? Code, string? Param, string? Message, bool IsAccount)> ReadReasonAsync(
        UpstreamAnswer answer, string credential)
    {
        var body = new byte[BodyBytesMax];
        try
        {
            var length = await answer.FillAsync(body);
            using var json = JsonDocument.Parse(body.AsMemory(0, length));
            // Where an answer would be an array, Gemini puts its error into one.
            var root = json.RootElement is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() > 0
                ? array[0]
                : json.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
                return default;
            return (
                Text(error, "code", credential), Text(error, "param", credential), Text(error, "message", credential),
                IsAccount(error));
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or IOException)
        {
            return default;
        }
    }

    // Two providers answer 400 to a key that is no good, or out of credit; only the reason tells it from a mistake.
    private static bool IsAccount(JsonElement error)
    {
        if (error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            && message.GetString()!.Contains(OutOfCredit, StringComparison.OrdinalIgnoreCase))
            return true;
        return error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array
            && details.EnumerateArray().Any(static one => one.ValueKind == JsonValueKind.Object
                && one.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String
                && reason.GetString()!.StartsWith("API_KEY", StringComparison.Ordinal));
    }

    private static string? Text(JsonElement error, string name, string credential)
    {
        if (!error.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return null;
        var text = value.GetString()!;
        return text.Length > MessageMax || Shares(text, credential) ? null : text;
    }

    /// <summary>
    /// Providers quote keys with their middle starred out: six characters in common are enough to keep quiet.
    /// </summary>
    internal static bool Shares(string text, string credential)
    {
        const int piece = 6;
        const int prefix = 3; // "sk-" is in every message about keys
        for (var at = prefix; at + piece <= credential.Length; at++)
        {
            if (text.Contains(credential.AsSpan(at, piece), StringComparison.Ordinal)) return true;
        }

        return text.Contains("***", StringComparison.Ordinal);
    }
}

/// <summary>What an upstream's refusal comes to.</summary>
internal readonly record struct Verdict(Refusal Refusal, bool MayTryAnother, Failure Failure);

/// <summary>Whose fault it is that a candidate did not serve a call.</summary>
internal enum Failure
{
    None,

    /// <summary>The request, or the caller who left: it says nothing of the candidate.</summary>
    Caller,

    /// <summary>The supplier's account or credential.</summary>
    Supplier,

    /// <summary>Nobody's: the provider wants to be left alone for a while.</summary>
    Busy,

    /// <summary>The provider.</summary>
    Upstream,
}
