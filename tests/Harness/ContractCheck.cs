using System.Text.Json;
using System.Text.RegularExpressions;

namespace SupplyApi.Tests.Harness;

/// <summary>Every exchange of every test against openapi.yaml; a violation fails the test that made it.</summary>
internal static partial class ContractCheck
{
    internal static async Task ExpectAsync(Exchange exchange, bool isOutsideTheContract, bool mayFail = false)
    {
        var operation = Suite.Contract.Find(exchange.Method, exchange.Path);
        var errors = new List<string>(RequestId(exchange));
        if (exchange.Status == 500 && !mayFail)
            errors.Add("a bug of ours, whatever the contract says about it; the log tells");
        if (isOutsideTheContract)
            errors.AddRange(Outside(operation, exchange));
        else if (operation is null)
            errors.Add("openapi.yaml has no such operation; a test that means it says OutsideTheContract()");

        // What was cut off can be judged by its head only.
        if (errors.Count == 0 && !exchange.WasCut)
        {
            var verdict = await Suite.Validator.JudgeAsync(operation?.Id, exchange);
            errors.AddRange(verdict.Errors);
            if (operation is not null && verdict.IsExplicit) ContractCoverage.Saw(operation.Id, exchange.Status);
        }

        if (errors.Count > 0) throw new ContractViolationException(exchange, errors);
    }

    private static IEnumerable<string> Outside(Operation? operation, Exchange exchange)
    {
        if (operation is not null)
            yield return $"the test says that it is outside the contract, but it is {operation.Id}";
        else if (exchange.Status is not (404 or 405))
            yield return $"what the contract does not know must answer 404 or 405, not {exchange.Status}";
    }

    private static IEnumerable<string> RequestId(Exchange exchange)
    {
        var id = exchange.Header("X-Request-Id");
        if (id is null || !ValidRequestId().IsMatch(id))
            yield return $"X-Request-Id is {id ?? "missing"}";
        else if (exchange.RequestId is { } sent && ValidRequestId().IsMatch(sent) && sent != id)
            yield return $"X-Request-Id is {id}, the caller's was {sent}";

        // A replay carries the bytes of the first answer, its id included.
        if (exchange.Header("Idempotent-Replay") is null && IdInBody(exchange) is { } inBody && inBody != id)
            yield return $"the body says request_id {inBody}, the header {id}";
    }

    private static string? IdInBody(Exchange exchange)
    {
        if (exchange.MediaType != "application/json" || exchange.WasCut) return null;
        try
        {
            using var body = JsonDocument.Parse(exchange.Body);
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("request_id", out var id) ? id.GetString() : null;
        }
        catch (JsonException)
        {
            return null; // The validator says so in its own words.
        }
    }

    [GeneratedRegex("^[A-Za-z0-9._:-]{8,128}$")]
    internal static partial Regex ValidRequestId();
}

/// <summary>The service and its contract disagree.</summary>
internal sealed class ContractViolationException(Exchange exchange, IEnumerable<string> errors) : Exception(
    $"{exchange.Method} {exchange.PathAndQuery} -> {exchange.Status} breaks the contract:\n  "
    + $"{string.Join("\n  ", errors)}\n{exchange.Body}");
