using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using Npgsql;

namespace EndpointSync.Grains.Odoo;

/// <summary>
/// Odoo's tables: used as found, created only where they are absent and the registry says so, and never altered.
/// </summary>
internal sealed class OdooTables(RegistryDatabase database)
{
    /// <summary>From this series on Odoo needs the field "readonly" in every routing.</summary>
    public const int FirstSeriesWithReadonly = 18;

    private static readonly string[] Tables = ["fastapi_endpoint", "endpoint_route"];

    private static readonly SqlFile Sql = SqlFile.Of<OdooTables>();

    /// <summary>
    /// Adds to a batch the statement that reads the series of the registry's Odoo; null if that is unknown.
    /// </summary>
    public static NpgsqlBatch AddSeries(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then("select endpoint_sync.odoo_series($1) as series", database.SchemaName);

    /// <summary>Whether routings need the field "readonly": unless the database says that its Odoo is older.</summary>
    public static async Task<bool> NeedsReadonlyAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = AddSeries(connection.CreateBatch(), database);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var series = await reader.ListAsync(row => row.StructOrNull<int>("series"), cancellationToken);
        return series.Single() is null or >= FirstSeriesWithReadonly;
    }

    /// <summary>Creates what is absent, if the registry says so, and checks the rest.</summary>
    /// <exception cref="RegistryUnusableException">
    /// A table, a column, the sequence or a privilege is missing; the message says how to get it.
    /// </exception>
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

    /// <summary>
    /// The statements that let this role tell Odoo's workers to drop their caches, as far as it may not. Syncs do
    /// without.
    /// </summary>
    public async Task<IReadOnlyList<string>> FindMissingSignalGrantsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["unusable_signals"], row => row.Text("cure"), cancellationToken, database.SchemaName);
    }

    /// <summary>The statements that grant this role what syncs need and it lacks.</summary>
    public async Task<IReadOnlyList<string>> FindMissingGrantsAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) => await connection.ListAsync(
            Sql["missing_privileges"], row => row.Text("statement"), cancellationToken,
            PostgresCommands.Value(database.Sql.Quoted));

    private async Task PrepareAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(connection, table, cancellationToken))
        {
            return;
        }

        if (!database.CreateTables)
        {
            throw new RegistryUnusableException(
                $"Registry '{database.Name}': table '{database.Sql.Schema}.{table}' is absent from database "
                + $"'{connection.Database}'. "
                + $"Correct the registry's ConnectionString or Schema, install the Odoo module that owns the table, or "
                + $"set EndpointSync:Registries:{database.Name}:CreateTables to true.");
        }

        await Migrator.CreateSchemaAsync(connection, database.Sql.Schema, cancellationToken);
        await connection.ExecuteAsync(database.Sql.SearchForTriggers, cancellationToken);
        await connection.ExecuteAsync(Migrator.Script($"Odoo/{table}.sql"), cancellationToken);
        await connection.ExecuteAsync(SchemaSql.SearchNormally, cancellationToken);
    }

    private async Task CheckSchemaPrivilegeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(
            Sql["missing_schema_privilege"], row => row.Text("statement"), cancellationToken,
            PostgresCommands.Value(database.Sql.Quoted));
        Demand(missing, "lacks privileges. As the owner run: ");
    }

    private async Task CheckColumnsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(
            Sql["missing_columns"], row => row.Text("name"), cancellationToken,
            PostgresCommands.Value(database.Sql.Quoted));
        if (!await ExistsAsync(connection, "endpoint_route_version", cancellationToken))
        {
            missing.Add("sequence endpoint_route_version");
        }

        Demand(missing, "is not of the shape that Odoo's modules make; missing: ");
    }

    private async Task CheckPrivilegesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        Demand(
            await FindMissingGrantsAsync(connection, cancellationToken),
            "lacks privileges. As the tables' owner run: ");

    private void Demand(IReadOnlyList<string> missing, string complaint)
    {
        if (missing.Count > 0)
        {
            throw new RegistryUnusableException(
                $"Registry '{database.Name}', schema '{database.Sql.Schema}', {complaint}{string.Join(" ", missing)}");
        }
    }

    private Task<bool> ExistsAsync(NpgsqlConnection connection, string relation, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(
            Sql["exists"], cancellationToken, PostgresCommands.Value($"{database.Sql.Quoted}.{relation}"));
}
