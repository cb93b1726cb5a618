namespace SupplyApi.Features.Supply.Packages;

/// <summary>What the platform asks of a package of this provider and model; administrators set it.</summary>
internal sealed record PackagePolicy(bool IsListed, decimal FloorInput, decimal FloorOutput) : IRow<PackagePolicy>
{
    private const string FindPolicy = """
        select policy.allowed_models is null or exists (
                 select 1
                   from unnest(policy.allowed_models) as name
                  where name = $2 or (right(name, 1) = '*' and starts_with($2, left(name, -1)))),
               coalesce(floor.price_per_1m_input, policy.floor_price_per_1m_input),
               coalesce(floor.price_per_1m_output, policy.floor_price_per_1m_output)
          from supply_policies policy
          left join supply_policy_floors floor on floor.provider = policy.provider and floor.model = $2
         where policy.provider = $1
        """;

    public static PackagePolicy Read(NpgsqlDataReader row) =>
        new(row.GetBoolean(0), row.GetDecimal(1), row.GetDecimal(2));

    internal static async Task<PackagePolicy> FindAsync(
        NpgsqlConnection connection, string provider, string model, CancellationToken ct) =>
        (await connection.Command(FindPolicy).With(provider).With(model).OneAsync<PackagePolicy>(ct))!;

    /// <summary>Null when the platform lets the model be sold.</summary>
    internal Refusal? CheckModel(string provider, string model) =>
        IsListed ? null : Errors.ModelNotListed(provider, model);

    /// <summary>Null when neither price is below its floor.</summary>
    internal Refusal? CheckPrice(decimal input, decimal output) =>
        input >= FloorInput && output >= FloorOutput
            ? null
            : Errors.PriceBelowFloor(
                input < FloorInput ? "price_per_1m_input" : "price_per_1m_output", FloorInput, FloorOutput);
}
