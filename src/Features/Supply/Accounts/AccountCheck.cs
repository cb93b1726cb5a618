using SupplyApi.Features.Gateway.Upstream;

namespace SupplyApi.Features.Supply.Accounts;

/// <summary>
/// Is this credential good? First its form, then one cheap authenticated request to the provider, then its balance
/// where the provider tells one. What is found becomes check items and a risk score; never a part of the credential.
/// </summary>
internal sealed class AccountCheck(Providers providers, UpstreamConnections connections)
{
    private const int CredentialMin = 8;
    private const int CredentialMax = 4096;
    private const int AliasMax = 100;
    private const int ThresholdPlaces = 6;
    private const int BodyBytesMax = 64 * 1024;

    private const int RiskRejected = 100;
    private const int RiskThrottled = 40;
    private const int RiskOAuth = 20;
    private const int RiskBalanceUnknown = 20;
    private const int RiskReview = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What a verify and a create request have in common.</summary>
    internal interface ICandidate
    {
        string Provider { get; }
        string AccountType { get; }
        string CredentialInput { get; }
        decimal? MinQuotaThreshold { get; }
        string? AccountAlias { get; }
    }

    internal sealed record Item([property: JsonPropertyName("item")] string Name, string Result, string Message);

    /// <param name="Status">pass, review_required or reject.</param>
    /// <param name="AvailableQuota">Null when the provider does not tell.</param>
    internal sealed record Result(string Status, decimal? AvailableQuota, int RiskScore, IReadOnlyList<Item> Items);

    /// <summary>The row a credential is sealed for; the gateway opens it under the same name.</summary>
    internal static string SealedFor(long accountId) => $"supply_account/{accountId}";

    /// <summary>What needs no provider. Null when good.</summary>
    internal Refusal? CheckForm(ICandidate candidate)
    {
        if (!providers.Contains(candidate.Provider))
            return Errors.Invalid("provider", $"provider must be one of {string.Join(", ", providers.Names)}.");
        if (candidate.AccountType is not ("api_key" or "oauth"))
            return Errors.Invalid("account_type", "account_type must be api_key or oauth.");
        if (candidate.CredentialInput.Length is < CredentialMin or > CredentialMax)
            return Errors.Invalid("credential_input",
                $"credential_input must have {CredentialMin} to {CredentialMax} characters.");
        if (candidate.MinQuotaThreshold is { } threshold
            && (threshold is < 0 or > Money.Max || !Money.HasAtMostPlaces(threshold, ThresholdPlaces)))
            return Errors.Invalid("min_quota_threshold",
                "min_quota_threshold must be 0 or more with at most 6 decimals.");
        if (candidate.AccountAlias?.Length is 0 or > AliasMax)
            return Errors.Invalid("account_alias", $"account_alias must have 1 to {AliasMax} characters.");

        return CredentialForm.Of(candidate.Provider, candidate.AccountType).IsMatch(candidate.CredentialInput)
            ? null
            : Errors.CredentialFormat(
                $"This is not the form of a credential of {candidate.Provider} ({candidate.AccountType}).");
    }

    internal async Task<Outcome<Result>> AskProviderAsync(ICandidate candidate, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var answer = await GetAsync(candidate, "models", limit.Token);
            var status = answer.Status;
            if (await IsRefusalAsync(answer))
                return new Result("reject", null, RiskRejected,
                [
                    new("credential_format", "pass", "The form is right."),
                    new("authentication", "fail", $"The provider refused the credential ({status})."),
                ]);

            return status switch
            {
                200 => await JudgeAsync(candidate, 0,
                    new("authentication", "pass", "The provider accepted it."), limit.Token),
                429 => await JudgeAsync(candidate, RiskThrottled,
                    new("authentication", "warn", "The provider is throttling this credential (429)."), limit.Token),
                404 => await JudgeAsync(candidate, RiskReview,
                    new("authentication", "warn", "The provider offers no way to check the credential."), limit.Token),
                _ => Errors.ProviderUnreachable($"The provider answered {status}."),
            };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Errors.ProviderUnreachable($"The provider did not answer within {Patience.TotalSeconds} seconds.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Errors.ProviderUnreachable("The provider could not be reached.");
        }
    }

    private async Task<Outcome<Result>> JudgeAsync(
        ICandidate candidate, int risk, Item authentication, CancellationToken ct)
    {
        List<Item> items = [new("credential_format", "pass", "The form is right."), authentication];
        if (candidate.AccountType == "oauth")
        {
            risk += RiskOAuth;
            items.Add(new("account_type", "warn", "An OAuth grant can be withdrawn by its owner at any time."));
        }

        var balance = await FindBalanceAsync(candidate, ct);
        var threshold = candidate.MinQuotaThreshold ?? 0;
        if (balance is null)
        {
            risk += RiskBalanceUnknown;
            items.Add(new("quota", "warn", "The provider does not tell the balance."));
        }
        else if (balance < threshold)
        {
            items.Add(new("quota", "fail", $"The balance is below the threshold of {Money.ToText(threshold)}."));
            return new Result("reject", balance, RiskRejected, items);
        }
        else
        {
            items.Add(new("quota", "pass", "The balance is at or above the threshold."));
        }

        return new Result(risk < RiskReview ? "pass" : "review_required", balance, Math.Min(risk, RiskRejected), items);
    }

    // OpenAI-compatible providers may offer it; a refusal means "not told", never "bad credential".
    private async Task<decimal?> FindBalanceAsync(ICandidate candidate, CancellationToken ct)
    {
        if (candidate.Provider is "anthropic" or "gemini") return null;

        try
        {
            using var answer = await GetAsync(candidate, "dashboard/billing/credit_grants", ct);
            if (!answer.IsSuccess) return null;
            using var json = JsonDocument.Parse(await ReadAsync(answer));
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("total_available", out var available)
                && available.TryGetDecimal(out var amount) && amount is >= 0 and <= Money.Max
                ? Money.Round(amount)
                : null;
        }
        catch (Exception error) when (error is JsonException or HttpRequestException or IOException)
        {
            return null;
        }
    }

    // gemini calls a bad key a bad request; its reason tells that from a place which is not served.
    private static async Task<bool> IsRefusalAsync(UpstreamAnswer answer) =>
        answer.Status switch
        {
            401 or 403 => true,
            400 => (await ReadAsync(answer)).Span.IndexOf("API_KEY_INVALID"u8) >= 0,
            _ => false,
        };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(UpstreamAnswer answer)
    {
        var body = new byte[BodyBytesMax];
        return body.AsMemory(0, await answer.FillAsync(body));
    }

    private async Task<UpstreamAnswer> GetAsync(ICandidate candidate, string path, CancellationToken ct)
    {
        var provider = providers[candidate.Provider];
        using var request = new UpstreamRequest("GET"u8, provider.At(path));
        provider.TryAuthorize(request, candidate.CredentialInput);
        request.End();
        return await connections.SendAsync(request, ct);
    }
}
