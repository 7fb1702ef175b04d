using EndpointSync.Grains.Postgres.Migrations;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>Odoo's tables: used as found, created only where they are absent and the registry says so, and never altered.</summary>
internal sealed class OdooTables(RegistryDatabase database)
{
    private static readonly string[] Tables = ["fastapi_endpoint", "endpoint_route"];

    private const string ColumnsSql =
        """
        select wanted.table_name || '.' || wanted.column_name
        from (values
          ('fastapi_endpoint', 'id'), ('fastapi_endpoint', 'name'), ('fastapi_endpoint', 'root_path'), ('fastapi_endpoint', 'app'),
          ('fastapi_endpoint', 'active'), ('fastapi_endpoint', 'registry_sync'), ('fastapi_endpoint', 'save_http_session'),
          ('endpoint_route', 'key'), ('endpoint_route', 'route'), ('endpoint_route', 'opts'), ('endpoint_route', 'routing'),
          ('endpoint_route', 'endpoint_hash'), ('endpoint_route', 'route_group')) as wanted (table_name, column_name)
        where not exists (
          select from pg_attribute
          where attrelid = to_regclass($1 || '.' || wanted.table_name) and attname = wanted.column_name and attnum > 0 and not attisdropped)
        """;

    // The grant that is missing, as the statement that gives it.
    private const string PrivilegesSql =
        """
        select format('GRANT %s ON %s %s TO %I;', wanted.privilege, wanted.kind, $1 || '.' || quote_ident(wanted.name), current_user)
        from (values
          ('SELECT', 'TABLE', 'fastapi_endpoint'), ('UPDATE', 'TABLE', 'fastapi_endpoint'),
          ('SELECT', 'TABLE', 'endpoint_route'), ('INSERT', 'TABLE', 'endpoint_route'),
          ('UPDATE', 'TABLE', 'endpoint_route'), ('DELETE', 'TABLE', 'endpoint_route'),
          ('INSERT', 'TABLE', 'orm_signaling_routing'),
          ('USAGE', 'SEQUENCE', 'endpoint_route_version'), ('USAGE', 'SEQUENCE', 'endpoint_route_id_seq'),
          ('USAGE', 'SEQUENCE', 'orm_signaling_routing_id_seq')) as wanted (privilege, kind, name)
        where case
          when to_regclass($1 || '.' || wanted.name) is null then false
          when wanted.kind = 'SEQUENCE' then not has_sequence_privilege(to_regclass($1 || '.' || wanted.name), wanted.privilege)
          else not has_table_privilege(to_regclass($1 || '.' || wanted.name), wanted.privilege) end
        """;

    /// <summary>Creates what is absent, if the registry says so, and checks the rest.</summary>
    /// <exception cref="RegistryUnusableException">A table, a column, the sequence or a privilege is missing; the message says how to get it.</exception>
    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CheckSchemaPrivilegeAsync(connection, cancellationToken);
        foreach (var table in Tables)
        {
            await PrepareAsync(connection, table, cancellationToken);
        }

        await CheckColumnsAsync(connection, cancellationToken);
        await CheckPrivilegesAsync(connection, cancellationToken);
    }

    private async Task PrepareAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(connection, table, cancellationToken))
        {
            return;
        }

        if (!database.CreateTables)
        {
            throw new RegistryUnusableException(
                $"Registry '{database.Name}': table '{database.Sql.Schema}.{table}' is absent from database '{connection.Database}'. " +
                $"Correct the registry's ConnectionString or Schema, install the Odoo module that owns the table, or set EndpointSync:Registries:{database.Name}:CreateTables to true.");
        }

        await Migrator.CreateSchemaAsync(connection, database.Sql.Schema, cancellationToken);
        await connection.ExecuteAsync($"set local search_path to {database.Sql.Quoted}", cancellationToken);
        await connection.ExecuteAsync(Migrator.Script($"Odoo/{table}.sql"), cancellationToken);
    }

    private async Task CheckSchemaPrivilegeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(
            "select format('GRANT USAGE ON SCHEMA %s TO %I;', $1, current_user) where to_regnamespace($1) is not null and not has_schema_privilege($1::regnamespace, 'USAGE')",
            row => row.GetString(0), cancellationToken, PostgresCommands.Value(database.Sql.Quoted));
        Demand(missing, "lacks privileges. As the owner run: ");
    }

    private async Task CheckColumnsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(ColumnsSql, row => row.GetString(0), cancellationToken, PostgresCommands.Value(database.Sql.Quoted));
        if (!await ExistsAsync(connection, "endpoint_route_version", cancellationToken))
        {
            missing.Add("sequence endpoint_route_version");
        }

        Demand(missing, "is not of the shape that Odoo's modules make; missing: ");
    }

    private async Task CheckPrivilegesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(PrivilegesSql, row => row.GetString(0), cancellationToken, PostgresCommands.Value(database.Sql.Quoted));
        Demand(missing, "lacks privileges. As the tables' owner run: ");
    }

    private void Demand(List<string> missing, string complaint)
    {
        if (missing.Count > 0)
        {
            throw new RegistryUnusableException($"Registry '{database.Name}', schema '{database.Sql.Schema}', {complaint}{string.Join(" ", missing)}");
        }
    }

    private Task<bool> ExistsAsync(NpgsqlConnection connection, string relation, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select to_regclass($1) is not null", cancellationToken, PostgresCommands.Value($"{database.Sql.Quoted}.{relation}"));
}
