namespace SupplyApi.Features.Supply.Settlements;

/// <summary>
/// The six digits that stand for a supplier's consent to a withdrawal: for a few minutes, for one user, for one deed.
/// </summary>
internal sealed class WithdrawalCode(NpgsqlDataSource db, Secrets secrets, TimeProvider clock)
{
    internal const int WrongTriesMax = 5;

    // Counted in the same statement that compares, so that guesses made at once are counted too.
    private const string Try = """
        update supply_settlement_codes
           set wrong_tries = wrong_tries + case when mac = $3 then 0 else 1 end
         where tenant_id = $1 and user_id = $2 and used_at is null and expires_at > $4 and wrong_tries < $5
        returning mac = $3
        """;

    private const string Spend = """
        update supply_settlement_codes
           set used_at = $4
         where tenant_id = $1 and user_id = $2 and mac = $3
           and used_at is null and expires_at > $4 and wrong_tries < $5
        """;

    /// <summary>Is it right and still good? Does not use it up; a wrong one is counted.</summary>
    internal async Task<bool> TryAsync(Caller caller, string code, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.Command(Try)
            .With(caller.TenantId).With(caller.UserId).With(MacOf(caller, code)).With(clock.GetUtcNow())
            .With(WrongTriesMax)
            .ValueAsync<bool>(ct);
    }

    /// <summary>Uses it up in the caller's transaction; false when somebody else did, or it is over.</summary>
    internal async Task<bool> SpendAsync(
        NpgsqlConnection connection, Caller caller, string code, DateTimeOffset now, CancellationToken ct) =>
        await connection.Command(Spend)
            .With(caller.TenantId).With(caller.UserId).With(MacOf(caller, code)).With(now).With(WrongTriesMax)
            .RunAsync(ct) == 1;

    /// <summary>What is kept in place of the code: nobody who reads the row can try all digits against it.</summary>
    internal byte[] MacOf(Caller caller, string code) =>
        secrets.CodeMac($"{caller.TenantId}/{caller.UserId}/{code}");
}
