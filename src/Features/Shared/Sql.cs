using System.Net.Sockets;
using NpgsqlTypes;

namespace SupplyApi.Features.Shared;

/// <summary>A row that reads itself: no mapper, no reflection.</summary>
internal interface IRow<TSelf> where TSelf : IRow<TSelf>
{
    static abstract TSelf Read(NpgsqlDataReader row);
}

/// <summary>Constant SQL with positional parameters; the parameter's type is the C# type.</summary>
internal static class Sql
{
    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security", "CA2100", Justification = "Every caller passes a constant; a test of the tree holds it to that.")]
    internal static NpgsqlCommand Command(this NpgsqlConnection connection, string text) => new(text, connection);

    internal static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    internal static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>A parameter that may be null; the type must be told, as null has none.</summary>
    internal static NpgsqlCommand WithNullable<T>(this NpgsqlCommand command, T? value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = value is null ? DBNull.Value : value,
            NpgsqlDbType = type,
        });
        return command;
    }

    internal static NpgsqlBatchCommand WithNullable<T>(this NpgsqlBatchCommand command, T? value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = value is null ? DBNull.Value : value,
            NpgsqlDbType = type,
        });
        return command;
    }

    internal static NpgsqlCommand WithJson(this NpgsqlCommand command, string? json) =>
        command.WithNullable(json, NpgsqlDbType.Jsonb);

    /// <summary>One column of many rows, as a parameter that is an array.</summary>
    internal static TValue[] Column<TRow, TValue>(this IReadOnlyCollection<TRow> rows, Func<TRow, TValue> pick)
    {
        var values = new TValue[rows.Count];
        var at = 0;
        foreach (var one in rows) values[at++] = pick(one);
        return values;
    }

    internal static async Task<T?> OneAsync<T>(this NpgsqlCommand command, CancellationToken ct)
        where T : class, IRow<T>
    {
        await using var owned = command;
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? T.Read(row) : null;
    }

    internal static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, CancellationToken ct) where T : IRow<T>
    {
        await using var owned = command;
        await using var row = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await row.ReadAsync(ct)) rows.Add(T.Read(row));
        return rows;
    }

    /// <summary>The first column of the first row, or the type's default when there is no row or it is null.</summary>
    internal static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken ct)
    {
        await using var owned = command;
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) && !row.IsDBNull(0) ? row.GetFieldValue<T>(0) : default;
    }

    internal static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken ct)
    {
        await using var owned = command;
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>A text column that may be null.</summary>
    internal static string? TextOrNull(this NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    internal static T? ValueOrNull<T>(this NpgsqlDataReader row, int column) where T : struct =>
        row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);

    /// <summary>The database refused, did not answer in time, could not be reached or was not found.</summary>
    internal static bool IsOfDatabase(this Exception error) =>
        error is NpgsqlException or TimeoutException or SocketException;

    internal static bool Violates(this PostgresException error, string constraint) =>
        error.ConstraintName == constraint;
}
