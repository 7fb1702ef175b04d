using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Refuses to fire Odoo's triggers while somebody else's function would answer for one of Postgres' own. Triggers need
/// the registry's schema in the search path, and Postgres prefers <c>nextval(text)</c> there to its own
/// <c>nextval(regclass)</c>. A function that is created between this check and the write is not seen: whoever may
/// create in the schema must be trusted, or lose that right.
/// </summary>
internal static class SchemaGuard
{
    private static readonly SqlFile Sql = SqlFile.Of(typeof(SchemaGuard));

    /// <summary>Adds to a batch the statement that finds such functions; its rows are for <see cref="Read"/>.</summary>
    public static void AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["shadows"], PostgresCommands.Value(database.Sql.Quoted));

    public static ShadowFunction Read(NpgsqlDataReader row) => new(row.Text("function"), row.Text("owner"));

    /// <inheritdoc cref="Check" />
    public static async Task CheckAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken) => Check(
            database,
            await connection.ListAsync(
                Sql["shadows"], Read, cancellationToken, PostgresCommands.Value(database.Sql.Quoted)));

    /// <exception cref="RegistryUnusableException">There is such a function; the message has the statements that
    /// remove it.</exception>
    public static void Check(RegistryDatabase database, IReadOnlyList<ShadowFunction> shadows)
    {
        if (shadows.Count > 0)
        {
            var (function, owner) = shadows[0];
            throw new RegistryUnusableException(
                $"Registry '{database.Name}': function {function} of role {owner} in schema '{database.Sql.Schema}' "
                + "would run with this role's rights, because Odoo's triggers call one of that name. As a superuser "
                + $"run: DROP FUNCTION {function}; REVOKE CREATE ON SCHEMA {database.Sql.Quoted} "
                + $"FROM PUBLIC, {SchemaSql.Quote(owner)};");
        }
    }
}

/// <param name="Function">The function with its arguments' types, quoted for SQL.</param>
/// <param name="Owner">The role that owns it.</param>
internal readonly record struct ShadowFunction(string Function, string Owner);
