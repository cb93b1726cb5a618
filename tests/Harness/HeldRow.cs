using Npgsql;

namespace SupplyApi.Tests.Harness;

/// <summary>A row that a test keeps locked: whoever needs it waits until the test lets go.</summary>
public sealed class HeldRow : IAsyncDisposable
{
    private const string User = "select id from users where id = $1 for update";

    private const string Account = "select id from supply_accounts where id = $1 for update";

    private const string Package = "select id from supply_packages where id = $1 for update";

    private const string Settlement = "select id from supply_settlements where id = $1 for update";

    private const string GoneConsumer = "delete from consumers where id = $1 returning id";

    private const string Lots = "select tenant_id from supply_earning_lots where tenant_id = $1 for update";

    // Who waits in a queue is blocked by the one before, not by the holder.
    private const string Waiting = """
        with recursive waiting as (
          select $1 as pid
          union
          select activity.pid
            from pg_stat_activity activity
            join waiting on waiting.pid = any (pg_blocking_pids(activity.pid))
        )
        select count(*) - 1 from waiting
        """;

    private readonly TestDatabase database;
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    private HeldRow(TestDatabase database, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (this.database, this.connection, this.transaction) = (database, connection, transaction);

    /// <summary>Nobody can add what belongs to the user.</summary>
    public static Task<HeldRow> OfUserAsync(TestDatabase database, long id) => TakeAsync(database, User, id);

    public static Task<HeldRow> OfAccountAsync(TestDatabase database, long id) => TakeAsync(database, Account, id);

    public static Task<HeldRow> OfPackageAsync(TestDatabase database, long id) => TakeAsync(database, Package, id);

    /// <summary>Nobody can withdraw what the supplier earned.</summary>
    public static Task<HeldRow> OfLotsAsync(TestDatabase database, long supplier) =>
        TakeAsync(database, Lots, supplier);

    public static Task<HeldRow> OfSettlementAsync(TestDatabase database, long id) =>
        TakeAsync(database, Settlement, id);

    /// <summary>A consumer that goes away with <see cref="CommitAsync"/>: nobody sees it yet.</summary>
    public static Task<HeldRow> OfConsumerThatGoesAsync(TestDatabase database, long id) =>
        TakeAsync(database, GoneConsumer, id);

    /// <summary>Until so many requests stand in line for the row.</summary>
    public async Task AwaitedByAsync(long requests)
    {
        await using var observer = await database.OpenAsync();
        await Eventually.Async(
            async () =>
            {
                await using var look = new NpgsqlCommand(Waiting, observer)
                {
                    Parameters = { new() { Value = connection.ProcessID } },
                };
                return (long)(await look.ExecuteScalarAsync())!;
            },
            seen => seen == requests,
            $"{requests} requests that wait for the row");
    }

    public Task LetGoAsync() => transaction.RollbackAsync();

    public Task CommitAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static async Task<HeldRow> TakeAsync(TestDatabase database, string sql, long id)
    {
        var connection = await database.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = id } } };
        Assert.Equal(id, await take.ExecuteScalarAsync());
        return new HeldRow(database, connection, transaction);
    }
}
