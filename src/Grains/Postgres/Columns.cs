using System.Data;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Reads columns by name, so that a statement's list of columns may change its order.</summary>
internal static class Columns
{
    public static string Text(this NpgsqlDataReader row, string column) => row.GetString(column);

    public static string? TextOrNull(this NpgsqlDataReader row, string column) =>
        row.GetOrdinal(column) is var ordinal && row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    public static int Int(this NpgsqlDataReader row, string column) => row.GetInt32(column);

    public static long Long(this NpgsqlDataReader row, string column) => row.GetInt64(column);

    public static bool Bool(this NpgsqlDataReader row, string column) => row.GetBoolean(column);

    /// <summary>A flag that is nullable in the table; null counts as false, as it does for Odoo.</summary>
    public static bool IsTrue(this NpgsqlDataReader row, string column) =>
        row.GetOrdinal(column) is var ordinal && !row.IsDBNull(ordinal) && row.GetBoolean(ordinal);

    public static DateTimeOffset Time(this NpgsqlDataReader row, string column) => row.Value<DateTimeOffset>(column);

    public static T Value<T>(this NpgsqlDataReader row, string column) => row.GetFieldValue<T>(row.GetOrdinal(column));

    public static T? ValueOrNull<T>(this NpgsqlDataReader row, string column)
        where T
            : class => row.GetOrdinal(column) is var ordinal && row.IsDBNull(ordinal)
            ? null
            : row.GetFieldValue<T>(ordinal);

    public static T? StructOrNull<T>(this NpgsqlDataReader row, string column)
        where T
            : struct => row.GetOrdinal(column) is var ordinal && row.IsDBNull(ordinal)
            ? null
            : row.GetFieldValue<T>(ordinal);

    public static bool IsNull(this NpgsqlDataReader row, string column) => row.IsDBNull(row.GetOrdinal(column));

    public static RouteVersion Version(this NpgsqlDataReader row, string column) => new(row.Long(column));
}
