using System.Text;

namespace SupplyApi.Tests.Harness;

/// <summary>Sees every exchange that any test makes: canary, contract, transcript.</summary>
internal sealed class ExchangeHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    internal static readonly HttpRequestOptionsKey<Terms> TermsKey = new("terms");
    internal static readonly HttpRequestOptionsKey<Exchange> ExchangeKey = new("exchange");

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Options.TryGetValue(TermsKey, out var terms);
        var response = await base.SendAsync(request, cancellationToken);
        if (terms!.IsStreamed)
        {
            response.Content = new TappedContent(response.Content, async (body, wasCut) =>
                await JudgeAsync(request, response, terms, body, wasCut));
            return response;
        }

        var (bytes, cut) = await ReadAsync(response.Content, cancellationToken);
        var exchange = await JudgeAsync(request, response, terms, bytes, cut);
        request.Options.Set(ExchangeKey, exchange);
        return response;
    }

    private static async Task<Exchange> JudgeAsync(
        HttpRequestMessage request, HttpResponseMessage response, Terms terms, byte[] body, bool wasCut)
    {
        var exchange = new Exchange
        {
            Method = request.Method.Method,
            PathAndQuery = request.RequestUri!.PathAndQuery,
            RequestId = request.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.First() : null,
            RequestBody = terms.Body,
            ChosenHeaders = terms.Headers,
            Status = (int)response.StatusCode,
            Reason = response.ReasonPhrase,
            Headers = [.. response.Headers.Concat(response.Content.Headers)
                .SelectMany(static header => header.Value.Select(value => (header.Key, value)))],
            Body = Encoding.UTF8.GetString(body),
            WasCut = wasCut,
        };

        var place = $"the answer to {exchange.Method} {exchange.PathAndQuery}";
        Canary.Expect(string.Join('\n', exchange.Headers), () => place);
        Canary.Expect(Encoding.Latin1.GetString(body), () => place);
        terms.Transcript?.Add(exchange);
        await ContractCheck.ExpectAsync(exchange, terms.IsOutsideTheContract, terms.MayFail);
        return exchange;
    }

    private static async Task<(byte[] Bytes, bool WasCut)> ReadAsync(HttpContent content, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(ct);
            await stream.CopyToAsync(bytes, ct);
            return (bytes.ToArray(), false);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            return (bytes.ToArray(), true);
        }
    }
}

/// <summary>What the sender of a request has to say about it.</summary>
internal sealed record Terms(
    string? Body,
    IReadOnlyList<(string Name, string Value)> Headers,
    Transcript? Transcript,
    bool IsOutsideTheContract,
    bool MayFail,
    bool IsStreamed);
