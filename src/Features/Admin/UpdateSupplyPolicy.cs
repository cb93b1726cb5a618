using System.Text.Json.Nodes;
using NpgsqlTypes;
using SupplyApi.Features.Supply.Packages;

namespace SupplyApi.Features.Admin;

/// <summary>
/// An admin says what may be sold of a provider's models. It holds for what is drafted, priced and published from now
/// on; what is on sale already goes on.
/// </summary>
internal static class UpdateSupplyPolicy
{
    private const int ModelsMax = 500;
    private const int ModelLengthMax = 100;

    /// <summary>A policy is nobody's own.</summary>
    private const long Platform = 0;

    internal sealed record Request(
        IReadOnlyList<string>? AllowedModels,
        [property: JsonPropertyName("floor_price_per_1m_input"), JsonConverter(typeof(MoneyTextJson))]
        decimal FloorPricePer1mInput,
        [property: JsonPropertyName("floor_price_per_1m_output"), JsonConverter(typeof(MoneyTextJson))]
        decimal FloorPricePer1mOutput,
        IReadOnlyList<ModelFloor> ModelFloors);

    internal static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/supply-policies/{provider}", Handle)
        .WithName("updateSupplyPolicy");

    private const string Lock = "select 1 from supply_policies where provider = $1 for update";

    private const string Find = $"{SupplyPolicyView.Select} where policy.provider = $1";

    private const string Update = """
        update supply_policies
           set allowed_models = $2, floor_price_per_1m_input = $3, floor_price_per_1m_output = $4, updated_at = $5
         where provider = $1
        """;

    private const string ClearFloors = "delete from supply_policy_floors where provider = $1";

    private const string InsertFloors = """
        insert into supply_policy_floors (provider, model, price_per_1m_input, price_per_1m_output)
        select $1, model, input, output from unnest($2, $3, $4) as floor (model, input, output)
        """;

    private static async Task<IResult> Handle(
        string provider, Request body, Caller caller, NpgsqlDataSource db, TimeProvider clock, CancellationToken ct)
    {
        if (CheckModels(body.AllowedModels) is { } badModels) return badModels;
        if (CheckFloors(body) is { } badFloors) return badFloors;

        await using var connection = await db.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Command(Lock).With(provider).RunAsync(ct);
        var before = await connection.Command(Find).With(provider).OneAsync<SupplyPolicyView>(ct);
        if (before is null) return Errors.NotFound("provider");

        var now = clock.GetUtcNow();
        await ReplaceAsync(connection, provider, body, now, ct);
        var after = await connection.Command(Find).With(provider).OneAsync<SupplyPolicyView>(ct);
        await connection.AuditAsync(caller, new AuditEntry("admin.supply_policy.update", "supply_policy", provider)
        {
            TenantId = Platform,
            Before = State(before),
            After = State(after!),
        }, now, ct);
        await connection.AnnounceAsync(
            Platform, "supply.policy.update.success", new() { ["provider"] = provider }, now, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(after);
    }

    private static async Task ReplaceAsync(
        NpgsqlConnection connection, string provider, Request body, DateTimeOffset now, CancellationToken ct)
    {
        await connection.Command(Update)
            .With(provider).WithNullable(body.AllowedModels?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(body.FloorPricePer1mInput).With(body.FloorPricePer1mOutput).With(now)
            .RunAsync(ct);
        await connection.Command(ClearFloors).With(provider).RunAsync(ct);
        await connection.Command(InsertFloors)
            .With(provider).With(body.ModelFloors.Column(static one => one.Model))
            .With(body.ModelFloors.Column(static one => one.PricePer1mInput))
            .With(body.ModelFloors.Column(static one => one.PricePer1mOutput))
            .RunAsync(ct);
    }

    private static Refusal? CheckModels(IReadOnlyList<string>? models)
    {
        if (models is null) return null;
        if (models.Count > ModelsMax)
            return Errors.Invalid("allowed_models", $"allowed_models must have at most {ModelsMax} names.");
        return models.All(IsName)
            ? null
            : Errors.Invalid("allowed_models",
                $"allowed_models must be names of 1 to {ModelLengthMax} characters; * may stand at the end only.");
    }

    private static Refusal? CheckFloors(Request body)
    {
        if (PackagePrice.Check("floor_price_per_1m_input", body.FloorPricePer1mInput) is { } badInput) return badInput;
        if (PackagePrice.Check("floor_price_per_1m_output", body.FloorPricePer1mOutput) is { } badOutput)
            return badOutput;
        if (body.ModelFloors.Count > ModelsMax)
            return Errors.Invalid("model_floors", $"model_floors must have at most {ModelsMax} models.");
        if (!body.ModelFloors.All(static one => one is not null && IsName(one.Model) && !one.Model.EndsWith('*')))
            return Errors.Invalid(
                "model_floors", $"model_floors must be for models with names of 1 to {ModelLengthMax} characters.");
        if (body.ModelFloors.DistinctBy(static one => one.Model).Count() < body.ModelFloors.Count)
            return Errors.Invalid("model_floors", "model_floors must name every model once.");
        return body.ModelFloors
            .Select(static one => PackagePrice.Check(one.PricePer1mInput, one.PricePer1mOutput))
            .FirstOrDefault(static refusal => refusal is not null) is { } badPrice
            ? badPrice with { Field = $"model_floors.{badPrice.Field}" }
            : null;
    }

    private static bool IsName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= ModelLengthMax && name.IndexOf('*') is var star
        && (star < 0 || star == name.Length - 1);

    private static JsonObject State(SupplyPolicyView policy) =>
        JsonSerializer.SerializeToNode(policy, UpdateSupplyPolicyJson.Default.SupplyPolicyView)!.AsObject();
}

// The names are for the audit log, which is written without the options of the wire.
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UpdateSupplyPolicy.Request))]
[JsonSerializable(typeof(SupplyPolicyView))]
internal sealed partial class UpdateSupplyPolicyJson : JsonSerializerContext;
