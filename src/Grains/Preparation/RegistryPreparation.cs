using System.Runtime.CompilerServices;
using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Preparation;

/// <summary>
/// Makes a registry's database ready to be synced, once; a failure is not remembered, so that the next use tries again.
/// </summary>
internal sealed partial class RegistryPreparation(
    RegistryDatabase database, ChangeCapture capture, ILogger<RegistryPreparation> logger)
{
    /// <summary>The schema of EndpointSync's own tables and functions.</summary>
    public const string Schema = "endpoint_sync";

    private static readonly SqlFile Sql = SqlFile.Of<RegistryPreparation>();

    // One at a time for all registries of a pool: each holds a connection while it waits for its turn, and needs a
    // second one then.
    private static readonly ConditionalWeakTable<NpgsqlDataSource, SemaphoreSlim> Turns = [];

    private readonly SemaphoreSlim _turn = Turns.GetValue(database.Source, _ => new SemaphoreSlim(1, 1));
    private volatile bool _done;

    /// <exception cref="RegistryUnusableException">Something is missing that a person has to add.</exception>
    /// <exception cref="Npgsql.NpgsqlException">Postgres cannot be reached or refused.</exception>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_done)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_done)
            {
                await PrepareAsync(cancellationToken);
            }

            _done = true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// What a registry that can be used lacks, each with its cure. Syncs do without; others pay for it.
    /// </summary>
    public async Task<IReadOnlyList<Shortcoming>> FindShortcomingsAsync(CancellationToken cancellationToken)
    {
        var shortcomings = new List<Shortcoming>();
        if (await capture.FindCureAsync(cancellationToken) is { } cure)
        {
            shortcomings.Add(new Shortcoming(
                "triggers",
                "The triggers that record other writers' changes are missing or replaced; polls find the changes.",
                cure));
        }

        var grants = await new OdooTables(database).FindMissingSignalGrantsAsync(cancellationToken);
        if (grants.Count > 0)
        {
            shortcomings.Add(new Shortcoming(
                "signals",
                "Odoo's workers cannot be told to drop their caches and may serve old routes, or the wrong app.",
                $"As the owner run: {string.Join(" ", grants)}"));
        }

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var memberships = await connection.ListAsync(
            Sql["missing_memberships"], row => row.Text("statement"), cancellationToken);
        if (memberships.Count > 0)
        {
            shortcomings.Add(new Shortcoming(
                "membership",
                "The database's owner can neither dump nor drop what is EndpointSync's, so Odoo's backups fail.",
                $"As a superuser run: {string.Join(" ", memberships)}"));
        }

        return shortcomings;
    }

    /// <summary>The statements that give this role back what was taken from it since the preparation.</summary>
    public async Task<IReadOnlyList<string>> FindMissingGrantsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await new OdooTables(database).FindMissingGrantsAsync(connection, cancellationToken);
    }

    /// <summary>
    /// Makes the next use prepare again, because what was prepared is gone: a backup was restored, or a schema dropped.
    /// </summary>
    public void Forget() => _done = false;

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await CheckSessionAsync(cancellationToken);
        await Migrator.MigrateAsync(database.Source, "EndpointSync", Schema, cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var turn = await Migrator.TakeTurnAsync(connection, Schema, cancellationToken);
        await new OdooTables(database).PrepareAsync(connection, cancellationToken);
        await connection.ExecuteAsync(Sql["add_state"], cancellationToken, database.SchemaName);
        await connection.ExecuteAsync(
            Sql["keep_lock_key"], cancellationToken, database.SchemaName, PostgresCommands.Value(database.LockKey));
        await turn.CommitAsync(cancellationToken);
        await capture.EnsureAsync(cancellationToken);
    }

    // A pooler drops what a session asks for at its start, unless it is told to do the same by itself.
    private async Task CheckSessionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var session = await connection.ListAsync(
            Sql["session"], row => (Path: row.Text("search_path"), RowSecurity: row.Text("row_security")),
            cancellationToken);
        if (session.Single() is var (path, rowSecurity) && (path, rowSecurity) != (DataSources.SafeSearchPath, "off"))
        {
            throw new RegistryUnusableException(
                $"Sessions of registry '{database.Name}' have search_path '{path}' and row_security '{rowSecurity}' "
                + $"instead of '{DataSources.SafeSearchPath}' and 'off': a pooler drops what they ask for. In "
                + "PgBouncer set ignore_startup_parameters = search_path, options and for the database "
                + $"connect_query='set search_path = {DataSources.SafeSearchPath}; set row_security = off'.");
        }

        if (SupportedServers.IsUntested(connection.PostgreSqlVersion))
        {
            LogUntested(database.Name, connection.PostgreSqlVersion, SupportedServers.Newest);
        }
    }

    [LoggerMessage(
        1165, LogLevel.Warning,
        "The database of {Registry} is on PostgreSQL {Version}, which is newer than {Newest}, the newest version that "
        + "EndpointSync is tested with")]
    private partial void LogUntested(string registry, Version version, int newest);
}
