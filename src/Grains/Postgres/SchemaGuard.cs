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

    /// <exception cref="RegistryUnusableException">There is such a function; the message has the statements that
    /// remove it.</exception>
    public static async Task CheckAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var shadows = await connection.ListAsync(
            Sql["shadows"], row => (Function: row.Text("function"), Owner: row.Text("owner")), cancellationToken,
            PostgresCommands.Value(database.Sql.Quoted));
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
