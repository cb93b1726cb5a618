using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.User;

/// <summary>Makes a key to the gateway. The full key is in this answer and nowhere else, ever.</summary>
internal static class CreateApiKey
{
    private const int NameMax = 100;
    private const int ListMax = 200;
    private const int TextMax = 200;
    private const int PrefixLength = 8;
    private const int SuffixLength = 4;

    internal sealed record Request(
        string? Name = null, string[]? AllowedModels = null, long[]? AllowedUserChannels = null,
        string[]? AllowedIps = null, [property: JsonConverter(typeof(MoneyTextJson))] decimal QuotaLimit = 0,
        bool Enabled = true);

    internal sealed record Response(ApiKeyView ApiKey, string Key);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api-keys", Handle)
        .WithName("createApiKey");

    private const string Insert = $"""
        insert into api_keys (tenant_id, user_id, name, key_hash, key_prefix, allowed_models, allowed_ips, quota_limit,
                              enabled, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        returning {ApiKeyView.Columns}
        """;

    private static async Task<IResult> Handle(
        Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (Check(body) is { } invalid) return invalid;

        var key = Secrets.NewApiKey();
        var name = string.IsNullOrWhiteSpace(body.Name) ? "API key" : body.Name.Trim();
        var now = clock.GetUtcNow();
        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var view = await connection.Command(Insert)
            .With(caller.TenantId).With(caller.UserId).With(name).With(Secrets.Hash(key))
            .With($"{key[..PrefixLength]}...{key[^SuffixLength..]}")
            .With(body.AllowedModels ?? []).With(body.AllowedIps ?? []).With(body.QuotaLimit)
            .With(body.Enabled).With(now)
            .OneAsync<ApiKeyView>(ct);
        await connection.AuditAsync(caller, new AuditEntry("user.api_key.create", "api_key", view!.Id)
        {
            After = new()
            {
                ["name"] = name,
                ["enabled"] = body.Enabled,
                ["quota_limit"] = Money.ToText(body.QuotaLimit),
            },
        }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(view, key));
    }

    private static Refusal? Check(Request body)
    {
        if (body.Name?.Length > NameMax) return Errors.Invalid("name", "name is too long");
        if (body.QuotaLimit < 0) return Errors.Invalid("quota_limit", "API key quota limit cannot be negative");
        if (body.QuotaLimit > Money.Max || !Money.HasAtMostPlaces(body.QuotaLimit, Money.Places))
            return Errors.Invalid("quota_limit", "quota_limit is out of range");
        if (body.AllowedUserChannels is { Length: > 0 })
            return Errors.Invalid("allowed_user_channels", "User channel not found or disabled");
        if (body.AllowedModels is { } models
            && (models.Length > ListMax || models.Any(static one => one is null or { Length: 0 or > TextMax })))
            return Errors.Invalid("allowed_models", "allowed_models holds at most 200 names of 1 to 200 characters");
        return AddressRanges.Check("allowed_ips", body.AllowedIps);
    }
}

[JsonSerializable(typeof(CreateApiKey.Request))]
[JsonSerializable(typeof(CreateApiKey.Response))]
internal sealed partial class CreateApiKeyJson : JsonSerializerContext;
