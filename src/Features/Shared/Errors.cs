using System.Text.Json.Nodes;

namespace SupplyApi.Features.Shared;

/// <summary>
/// One refusal, free of any surface: a <see cref="Dialect"/> gives it the shape that the called path speaks.
/// </summary>
/// <param name="Status">HTTP status, 202 or 400 to 599.</param>
/// <param name="Code">A contract code (SUP_…) or a lower-case word; part of the contract, never changed.</param>
/// <param name="Message">One sentence for people. Never carries a credential or an upstream's host.</param>
internal sealed record Refusal(int Status, string Code, string Message) : IResult
{
    /// <summary>The request field the refusal is about, as the caller wrote it.</summary>
    internal string? Field { get; init; }

    internal JsonObject? Details { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The open API's number, where the status alone does not tell it.</summary>
    internal int? Number { get; init; }

    public Task ExecuteAsync(HttpContext httpContext) =>
        Dialect.Of(httpContext.Request).WriteAsync(httpContext, this);
}

/// <summary>Every refusal the API can give, one line each.</summary>
internal static class Errors
{
    // The request itself
    internal static Refusal Invalid(string field, string message) =>
        new(400, "invalid_request", message) { Field = field };
    internal static Refusal Missing(string field) =>
        Invalid(field, $"{field} is required.") with { Number = 40002 };
    internal static Refusal Format(string field, string message) => Invalid(field, message) with { Number = 40003 };
    internal static Refusal Malformed(string message) => new(400, "invalid_request", message);
    internal static Refusal Unauthenticated => new(401, "unauthenticated", "Authorization is required.");
    internal static Refusal InvalidSession => new(401, "invalid_session", "The session is invalid or has expired.");
    internal static Refusal InvalidApiKey => new(401, "invalid_api_key", "The API key is invalid or disabled.");
    internal static Refusal QueryCredential =>
        new(401, "query_key_forbidden", "Credentials in the query string are refused; send them in a header.");
    internal static Refusal ApiKeyNotHere =>
        new(401, "api_key_not_accepted", "API keys open the gateway only; sign in.");
    internal static Refusal Forbidden => new(403, "forbidden", "You may not do this.");
    internal static Refusal AdminOnly => new(403, "admin_required", "Admin access is required.");
    internal static Refusal NotFound(string what) => new(404, "not_found", $"No such {what}.");
    internal static Refusal MethodNotAllowed => new(405, "method_not_allowed", "The path does not take this method.");
    internal static Refusal TooLarge => new(413, "payload_too_large", "The request body is too large.");
    internal static Refusal UrlTooLong =>
        new(414, "uri_too_long", "The URL must have at most 8192 characters.");
    internal static Refusal UnsupportedMediaType =>
        new(415, "unsupported_media_type", "Send a JSON body with Content-Type: application/json.");
    internal static Refusal TooMany(TimeSpan retryAfter) =>
        new(429, "rate_limited", "Too many requests; try again later.") { RetryAfter = retryAfter };
    internal static Refusal Internal => new(500, "internal_error", "Something went wrong on our side.");
    internal static Refusal Unavailable =>
        new(503, "unavailable", "The service cannot do this right now; try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };

    // Idempotency (supply contract, components/responses)
    internal static Refusal IdempotencyInProgress => new(202, "IDEMPOTENCY_IN_PROGRESS", "request is processing")
    {
        Details = new() { ["retry_after_ms"] = 2000, ["retryable"] = true },
        RetryAfter = TimeSpan.FromSeconds(2),
    };
    internal static Refusal IdempotencyMismatch =>
        new(409, "IDEMPOTENCY_PAYLOAD_MISMATCH", "idempotency key replay with different payload")
        {
            Details = new()
            {
                ["retryable"] = false,
                ["expected_action"] = "reuse_same_payload_or_new_idempotency_key",
            },
        };

    // Supply accounts (facts behind the supply contract: SUP_ACC_*)
    internal static Refusal CredentialFormat(string why) =>
        new(422, "SUP_ACC_4001", why) { Field = "credential_input" };
    internal static Refusal ProviderUnreachable(string why) => new(422, "SUP_ACC_4002", why);
    internal static Refusal AccountNotAllowed(string why) => new(422, "SUP_ACC_4003", why);
    internal static Refusal AccountState(string status, string wanted) =>
        new(409, "SUP_ACC_4091", $"An account that is {status} cannot be {wanted}.")
        {
            Details = new() { ["status"] = status },
        };
    internal static Refusal AccountDisabled =>
        new(409, "SUP_ACC_4031", "The account is disabled; only an admin restores it.");
    internal static Refusal AccountActive =>
        new(409, "SUP_ACC_4092", "An active account cannot be deleted; suspend it first.");
    internal static Refusal AccountHasPackages(long onSale) =>
        new(409, "SUP_ACC_4091", "The account has packages that are active or paused; unlist them first.")
        {
            Details = new() { ["packages"] = onSale },
        };

    // Supply packages (SUP_PKG_*)
    internal static Refusal PackageAccount(string why) => new(422, "SUP_PKG_4003", why) { Field = "supply_account_id" };
    internal static Refusal ModelNotListed(string provider, string model) =>
        new(422, "model_not_listed", $"The platform does not take '{model}' of {provider} for sale.")
        {
            Field = "model",
        };
    internal static Refusal PriceBelowFloor(string field, decimal input, decimal output) =>
        new(422, "SUP_PKG_4001",
            $"The price is below the floor of {Money.ToText(input)} for input and {Money.ToText(output)} for output.")
        {
            Field = field,
            Details = new()
            {
                ["floor_price_per_1m_input"] = Money.Trim(input),
                ["floor_price_per_1m_output"] = Money.Trim(output),
            },
        };
    internal static Refusal PackageQuota(decimal left) =>
        new(422, "SUP_PKG_4002", $"The supply account has a quota of {Money.ToText(left)}.")
        {
            Field = "total_quota",
            Details = new() { ["available_quota"] = Money.Trim(left) },
        };
    internal static Refusal CannotPublish(string code, IReadOnlyList<(string Code, string Message)> unmet) =>
        new(409, code, "The package cannot be published.")
        {
            Details = new()
            {
                ["unmet"] = new JsonArray([.. unmet.Select(static one =>
                    (JsonNode)new JsonObject { ["code"] = one.Code, ["message"] = one.Message })]),
            },
        };
    internal static Refusal PackageState(string status, string deed) =>
        (status switch
        {
            "sold_out" => new Refusal(409, "SUP_PKG_4092", "The package is sold out; only the system changes that."),
            "expired" => new Refusal(409, "SUP_PKG_4093", "The package has expired; clone it to offer it again."),
            _ => new Refusal(409, "SUP_PKG_4091", $"A package that is {status} cannot be {deed}."),
        }) with
        {
            Details = new() { ["status"] = status },
        };
    internal static Refusal PackageRepeated =>
        new(400, "repeated_package", "The package stands in this batch already; its first item counts.");

    // Earnings
    internal static Refusal InsufficientEarnings(decimal available) =>
        new(409, "insufficient_earnings", $"Only {Money.ToText(available)} is available.")
        {
            Details = new() { ["available"] = Money.ToText(available) },
        };
    internal static Refusal EarningState(string status, string deed) =>
        new(409, "earning_state", $"An earning that is {status} cannot be {deed}.")
        {
            Details = new() { ["status"] = status },
        };
    internal static Refusal EarningIsRefund =>
        new(409, "earning_is_refund", "A refund cannot be frozen; give a bonus instead.");
    internal static Refusal EarningGone =>
        new(409, "earning_withdrawn", "The money of this earning has been withdrawn or is being withdrawn.");

    // Settlements (facts behind the supply contract: SUP_SET_*)
    internal static Refusal SettlementBalance(decimal available) =>
        new(409, "SUP_SET_4001", $"Only {Money.ToText(available)} is available.")
        {
            Details = new() { ["available"] = Money.Trim(available) },
        };
    internal static Refusal PaymentAccount(string why) => new(400, "SUP_SET_4002", why) { Field = "payment_account" };
    internal static Refusal SmsCode =>
        new(400, "SUP_SET_4003", "The code is wrong, used or expired; ask for a new one.") { Field = "sms_code" };
    internal static Refusal PhoneBound =>
        new(409, "phone_bound", "Another phone is bound to you; only an admin changes it.") { Field = "phone" };
    internal static Refusal SmsUnavailable(string why) => new(503, "sms_unavailable", why);
    internal static Refusal SettlementOpen =>
        new(409, "SUP_SET_4091", "A withdrawal is in progress; one at a time.");
    internal static Refusal SettlementState(string status, string deed) =>
        new(409, "SUP_SET_4092", $"A settlement that is {status} cannot be {deed}.")
        {
            Details = new() { ["status"] = status },
        };
    internal static Refusal LedgerDisagrees =>
        new(500, "SUP_SET_5002", "Settlement and ledger do not balance; nothing was changed and we are told of it.");
    internal static Refusal WithdrawalTooSoon(TimeSpan wait) =>
        new(429, "withdraw_cool_down", "Another withdrawal is possible a quarter of an hour after the last.")
        {
            RetryAfter = wait,
        };
    internal static Refusal WithdrawalDayLimit(decimal limit, decimal left) =>
        new(409, "withdraw_day_limit", $"At most {Money.ToText(limit)} can be withdrawn in a day (UTC).")
        {
            Details = new() { ["limit"] = limit, ["left"] = Money.Trim(left) },
        };
    internal static Refusal LinkInvalid =>
        new(403, "link_invalid", "The address was altered or has expired; ask for a new one.");

    // The market
    internal static Refusal SubscriptionOpen =>
        new(409, "subscription_open", "The consumer subscribes to this product already; cancel that first.");
    internal static Refusal SubscriptionState(string status, string deed) =>
        new(409, "subscription_state", $"A subscription that is {status} cannot be {deed}.")
        {
            Details = new() { ["status"] = status },
        };
    internal static Refusal PlanNotOnSale => new(409, "plan_not_on_sale", "Nobody offers this plan right now.");
    internal static Refusal ConsumerInactive =>
        new(409, "consumer_inactive", "The consumer is INACTIVE; activate it first.");

    // Setup, sign-in, users, keys
    internal static Refusal SetupComplete => new(409, "setup_complete", "Initial setup is already complete.");
    internal static Refusal SetupRequired => new(409, "setup_required", "Initial setup is required.");
    internal static Refusal WrongPassword => new(400, "wrong_credentials", "invalid username/email or password");
    internal static Refusal SignInDisabled(string what) => new(400, "disabled", $"{what} is disabled");
    internal static Refusal Taken(string field) =>
        new(400, "already_exists", $"{field} already exists") { Field = field };
    internal static Refusal Exists(string what, string field) =>
        new(409, "already_exists", $"The {what} is there already.") { Field = field };
    internal static Refusal InUse(string why) => new(409, "in_use", why);
    internal static Refusal ClosedToAddress =>
        new(403, "address_not_allowed", "The API key is not allowed from this address.");

    // The open API: what an app's request is refused for (the document's table of business codes)
    internal static Refusal Signature(string header, string message) =>
        new(401, "signature_invalid", message) { Field = header, Number = 40101 };
    internal static Refusal SignatureRepeated =>
        new(401, "signature_repeated", "This signed request was repeated; sign each one anew.") { Number = 40101 };
    internal static Refusal TimestampExpired(DateTimeOffset now, TimeSpan tolerance) =>
        new(401, "timestamp_expired",
            $"X-Timestamp must be within {tolerance.TotalSeconds:0} s of our clock, which says "
            + $"{now.ToUnixTimeMilliseconds()}.")
        {
            Field = "X-Timestamp",
            Number = 40102,
        };
    internal static Refusal NoSuchApp =>
        new(401, "app_unknown", "There is no such app.") { Field = "X-App-Id", Number = 40103 };
    internal static Refusal AppClosedToAddress =>
        new(403, "address_not_allowed", "The app may not be used from this address.") { Number = 40301 };
    internal static Refusal AppClosed =>
        new(403, "app_closed", "The app or its consumer is not active, or the app has expired.") { Number = 40302 };
    internal static Refusal TimeIsUp =>
        new(503, "time_is_up", "The request took too long and was given up.")
        {
            RetryAfter = TimeSpan.FromSeconds(2),
        };
    internal static Refusal KeyOfAnotherAppCall => KeyOfAnotherCall with { Field = "Idempotency-Key", Number = 40901 };
    internal static Refusal AppCallStillRuns =>
        CallStillRuns with { Field = "Idempotency-Key", Number = 40902 };
    internal static Refusal IntentState(string status, string deed) =>
        new(409, "intent_state", $"An intent that is {status} cannot be {deed}.")
        {
            Number = 40902,
            Details = new() { ["status"] = status },
        };

    // Consumers and their credentials
    internal static Refusal ConsumerNameTaken =>
        new(409, "consumer_name_taken", "A consumer of yours has this name already.") { Field = "name" };
    internal static Refusal ConsumerLimit(int max) =>
        new(409, "consumer_limit", $"A user has at most {max} consumers; delete one first.");
    internal static Refusal TokenKeyTaken(string kid) =>
        new(409, "token_key_taken",
            "Another credential takes tokens of this issuer and audience already"
            + (kid.Length > 0 ? $", under the kid '{kid}'" : "")
            + "; choose another audience, or leave it out.")
        {
            Field = "jwt",
        };
    internal static Refusal NoConsumer => new(404, "consumer_not_found", "There is no consumer yet; create one first.");
    internal static Refusal CredentialLimit(int max) =>
        new(409, "credential_limit", $"A consumer has at most {max} credentials; delete one first.");
    internal static Refusal NothingToRotate =>
        new(409, "nothing_to_rotate", "A JWT credential has no secret of ours; replace its jwt.jwks instead.");

    // Gateway
    internal static Refusal NotSubscribed(string model) =>
        new(403, "not_subscribed", $"The consumer has no active subscription to the model '{model}'.")
        {
            Field = "model",
        };
    internal static Refusal PlanNotServed =>
        new(503, "no_capacity", "The subscribed package cannot serve calls at present.");
    internal static Refusal ModelNotAllowed(string model) =>
        new(403, "model_not_allowed", $"The API key is not allowed to use the model '{model}'.") { Field = "model" };
    internal static Refusal NoSuchModel(string model) =>
        new(404, "model_not_found", $"The model '{model}' does not exist or nobody offers it.") { Field = "model" };
    internal static Refusal ModelSpeaksOtherwise(string model, string endpoint) =>
        new(404, "model_not_found", $"The model '{model}' is not offered by this endpoint; call POST {endpoint}.")
        {
            Field = "model",
        };
    internal static Refusal InsufficientBalance =>
        new(402, "insufficient_balance", "The balance does not cover the largest possible cost of this call.");
    internal static Refusal KeyQuotaExceeded =>
        new(402, "key_quota_exceeded", "The API key's quota does not cover the largest possible cost of this call.");
    internal static Refusal NoCapacity =>
        new(503, "no_capacity", "No supplier of this model has capacity right now.")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        };
    internal static Refusal KeyOfAnotherCall =>
        new(409, "idempotency_key_reused", "The Idempotency-Key was used for another request.");
    internal static Refusal CallStillRuns =>
        new(409, "idempotency_in_progress", "The first call with this Idempotency-Key is still running.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    internal static Refusal AnswerNotKept =>
        new(409, "idempotency_answer_not_kept",
            "The call with this Idempotency-Key was made and charged; its answer was too large to be kept.");
    internal static Refusal SuppliersAtLimit(TimeSpan wait) =>
        new(429, "rate_limited", "Every supplier of this model is at its limit; try again later.")
        {
            RetryAfter = wait,
        };
    internal static Refusal Upstream(int status, string message) => new(status, "upstream_error", message);
}
