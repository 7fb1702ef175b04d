using System.Reflection;
using DbUp;
using DbUp.Engine;
using DbUp.Postgresql;
using EndpointSync.Core;
using Npgsql;

namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>
/// Applies the numbered scripts of one folder, each exactly once however many processes start together. DbUp keeps the
/// journal. The processes take turns by a lock of the journal's table, which only a role with rights on it can take.
/// It lives in a transaction of its own, which works through transaction-mode poolers too.
/// </summary>
internal static class Migrator
{
    private const string JournalTable = "schema_migrations";

    // About twenty seconds. Whoever needs the database tries again after that.
    private const int MostAttempts = 12;

    private static readonly SqlFile Sql = SqlFile.Of(typeof(Migrator));

    // Writers queue up behind a migration that waits for a table, so it waits only this long at a time. It tries again
    // while whoever prepares the database waits.
    private static readonly TimeSpan LockTimeout = TimeSpan.FromMilliseconds(200);

    private static readonly JitteredBackoff Backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    /// <summary>Brings one schema up to date.</summary>
    /// <param name="source">The database.</param>
    /// <param name="folder">The folder of scripts below <c>Migrations</c>.</param>
    /// <param name="schema">The schema that the scripts fill; created if it is absent.</param>
    /// <param name="cancellationToken">Ends the wait for another process that migrates, or for a table.</param>
    /// <exception cref="RegistryUnusableException">A script failed; the message names it and gives the reason. None of
    /// the pending scripts was applied.</exception>
    public static Task MigrateAsync(
        NpgsqlDataSource source, string folder, string schema, CancellationToken cancellationToken) =>
        MigrateAsync(source, Scripts(folder), schema, cancellationToken);

    /// <inheritdoc cref="MigrateAsync(NpgsqlDataSource, string, string, CancellationToken)" />
    public static async Task MigrateAsync(
        NpgsqlDataSource source, IEnumerable<SqlScript> scripts, string schema, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        if (SupportedServers.RefusalOf(connection.PostgreSqlVersion, connection.Database) is { } refusal)
        {
            throw new RegistryUnusableException(refusal);
        }

        await CreateJournalAsync(connection, schema, cancellationToken);
        await CheckPrivilegesAsync(connection, schema, cancellationToken);
        await using var turn = await TakeTurnAsync(connection, schema, cancellationToken);
        var engine = Engine(source, scripts, schema);
        var result = await Task.Run(engine.PerformUpgrade, cancellationToken);
        for (var attempt = 0; FoundTableBusy(result) && attempt < MostAttempts; attempt++)
        {
            await Task.Delay(Backoff.Before(attempt), cancellationToken);
            result = await Task.Run(engine.PerformUpgrade, cancellationToken);
        }

        if (result.Error is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
        {
            throw new RegistryUnusableException(
                $"Schema '{schema}' lacks migration '{result.ErrorScript?.Name}' and this role may not apply it: "
                + $"{result.Error.Message}. As the schema's owner run in psql what 'endpointsync sql migrate' prints.");
        }

        if (!result.Successful)
        {
            throw new RegistryUnusableException(
                $"Migration '{result.ErrorScript?.Name}' of schema '{schema}' failed: {result.Error.Message}. "
                + "No pending migration was applied.");
        }
    }

    /// <summary>Waits until no other process migrates this schema; the turn ends with the transaction.</summary>
    public static async Task<NpgsqlTransaction> TakeTurnAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Conflicts with itself, but neither with readers, such as a dump, nor with the insert after each script.
        await connection.ExecuteAsync(
            $"lock table {SchemaSql.Quote(schema)}.{JournalTable} in share update exclusive mode", cancellationToken);
        return transaction;
    }

    /// <summary>
    /// Creates a schema that is absent. The statement's own "if not exists" would require the right to create even
    /// where there is nothing to create.
    /// </summary>
    /// <exception cref="RegistryUnusableException">The role may not create it; the message has the grant that it
    /// needs.</exception>
    public static async Task CreateSchemaAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var quoted = SchemaSql.Quote(schema);
        var creators = await connection.ListAsync(
            Sql["creator"], row => row.Text("role"), cancellationToken, PostgresCommands.Value(quoted));
        if (creators.Count == 0)
        {
            return;
        }

        try
        {
            await connection.ExecuteAsync(
                Sql["create_schema"].Replace("{schema}", quoted, StringComparison.Ordinal), cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            var database = SchemaSql.Quote(connection.Database);
            var role = SchemaSql.Quote(creators[0]);
            throw new RegistryUnusableException(
                $"Schema '{schema}' is absent and role {role} may not create it. "
                + $"As the database's owner run: GRANT CREATE ON DATABASE {database} TO {role};");
        }
    }

    // On an empty database there is nothing to lock yet. Catalog indexes let one process create each object, and make
    // the others wait for its commit.
    private static async Task CreateJournalAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        await CreateSchemaAsync(connection, schema, cancellationToken);
        var creators = await connection.ListAsync(
            Sql["journal_creator"], row => row.Text("role"), cancellationToken, PostgresCommands.Value(schema),
            PostgresCommands.Value(JournalTable));
        if (creators.Count == 0)
        {
            return;
        }

        var quoted = SchemaSql.Quote(schema);
        try
        {
            await connection.ExecuteAsync(
                Sql["create_journal"].Replace("{journal}", $"{quoted}.{JournalTable}", StringComparison.Ordinal),
                cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new RegistryUnusableException(
                $"Schema '{schema}' belongs to another role. "
                + $"As its owner run: GRANT USAGE, CREATE ON SCHEMA {quoted} TO {SchemaSql.Quote(creators[0])};");
        }
    }

    private static async Task CheckPrivilegesAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var missing = await connection.ListAsync(
            Sql["missing_privileges"], row => row.Text("statement"), cancellationToken, PostgresCommands.Value(schema));
        if (missing.Count > 0)
        {
            throw new RegistryUnusableException(
                $"Schema '{schema}' belongs to another role. As its owner run: {missing[0]}");
        }
    }

    /// <summary>The text of an embedded script.</summary>
    public static string Script(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static bool FoundTableBusy(DatabaseUpgradeResult result) =>
        result.Error is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    private static UpgradeEngine Engine(NpgsqlDataSource source, IEnumerable<SqlScript> scripts, string schema) =>
        DeployChanges.To
            .PostgresqlDatabase(new PostgresqlConnectionManager(source))
            .WithScripts(scripts.Select(Bounded))
            .JournalToPostgresqlTable(schema, JournalTable)
            .WithTransaction()
            .WithVariablesDisabled()
            .LogToNowhere()
            .Build();

    private static SqlScript Bounded(SqlScript script) => new(
        script.Name, $"set local lock_timeout = {(long)LockTimeout.TotalMilliseconds};\n{script.Contents}");

    private static IEnumerable<SqlScript> Scripts(string folder) =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(name => new SqlScript(name, Script(name)));
}
