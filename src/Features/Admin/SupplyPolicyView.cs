namespace SupplyApi.Features.Admin;

/// <summary>What may be sold of a provider's models, and for how much at least.</summary>
/// <param name="AllowedModels">Names, or beginnings of names with a * after them; null: every model.</param>
internal sealed record SupplyPolicyView(
    string Provider, IReadOnlyList<string>? AllowedModels,
    [property: JsonPropertyName("floor_price_per_1m_input"), JsonConverter(typeof(MoneyTextJson))]
    decimal FloorPricePer1mInput,
    [property: JsonPropertyName("floor_price_per_1m_output"), JsonConverter(typeof(MoneyTextJson))]
    decimal FloorPricePer1mOutput,
    IReadOnlyList<ModelFloor> ModelFloors, DateTime? UpdatedAt) : IRow<SupplyPolicyView>
{
    /// <summary>Everything that <see cref="Read"/> takes; a WHERE or an ORDER BY may follow.</summary>
    internal const string Select = """
        select policy.provider, policy.allowed_models, policy.floor_price_per_1m_input,
               policy.floor_price_per_1m_output, floors.models, floors.inputs, floors.outputs, policy.updated_at
          from supply_policies policy
         cross join lateral (
           select coalesce(array_agg(model order by model), '{}') as models,
                  coalesce(array_agg(price_per_1m_input order by model), '{}') as inputs,
                  coalesce(array_agg(price_per_1m_output order by model), '{}') as outputs
             from supply_policy_floors
            where provider = policy.provider
         ) floors
        """;

    public static SupplyPolicyView Read(NpgsqlDataReader row)
    {
        var inputs = row.GetFieldValue<decimal[]>(5);
        var outputs = row.GetFieldValue<decimal[]>(6);
        var floors = row.GetFieldValue<string[]>(4)
            .Select((model, at) => new ModelFloor(model, inputs[at], outputs[at]));
        return new SupplyPolicyView(
            row.GetString(0), row.IsDBNull(1) ? null : row.GetFieldValue<string[]>(1), row.GetDecimal(2),
            row.GetDecimal(3), [.. floors], row.ValueOrNull<DateTime>(7));
    }
}

/// <summary>One model's own floor; it wins over its provider's.</summary>
internal sealed record ModelFloor(
    string Model,
    [property: JsonPropertyName("price_per_1m_input"), JsonConverter(typeof(MoneyTextJson))] decimal PricePer1mInput,
    [property: JsonPropertyName("price_per_1m_output"), JsonConverter(typeof(MoneyTextJson))] decimal PricePer1mOutput);
