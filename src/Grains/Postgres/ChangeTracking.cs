using EndpointSync.Grains.Postgres.Migrations;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Sees to it that triggers note what other writers do to a registry's tables. Without them everything works and costs more: each look reads the
/// whole registry, and what others do is found by polling.
/// </summary>
internal sealed partial class ChangeTracking(RegistryDatabase database, ILogger<ChangeTracking> logger)
{
    // Creating a trigger waits for every writer of the table, and whoever comes next waits behind it. So it does not begin while there is one, keeps
    // syncs out by their lock, and gives up soon if another writer came in between. Nor may they wait for a silo that freezes before its commit.
    // A copy of the database has tables of the same numbers.
    private const string IsOpenSql =
        """
        select exists (
          select from pg_locks
          where database = (select oid from pg_database where datname = current_database())
            and relation in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route')) and pid <> pg_backend_pid()
            and mode not in ('AccessShareLock', 'RowShareLock'))
        """;

    private const string PatienceSql = "set local lock_timeout = '300ms'; set local idle_in_transaction_session_timeout = '1s'";

    private const string OpenElsewhere = "Another session has the tables open or the lock; it is tried again with every poll.";

    private const string Functions =
        "endpoint_sync.track(text), endpoint_sync.check_all(text), endpoint_sync.note_endpoints(), endpoint_sync.note_routes()";

    // Whoever owns the tables gets the right to install the triggers, and is told how, where this role may not.
    private const string RightsSql =
        $$"""
        select quote_ident(owner.rolname), bool_and(
          pg_has_role(relation.relowner, 'usage') or has_table_privilege(relation.oid, 'trigger')),
          (select bool_and(has_function_privilege(owner.oid, one, 'execute')) from unnest(string_to_array('{{Functions}}', ', ')) as one)
        from pg_class as relation join pg_roles as owner on owner.oid = relation.relowner
        where relation.oid in (to_regclass($1 || '.fastapi_endpoint'), to_regclass($1 || '.endpoint_route'))
        group by owner.oid, owner.rolname
        """;

    private string? _told;

    /// <summary>Installs the triggers if they are absent and this role may; says once what somebody else has to do if not.</summary>
    /// <returns>Whether changes are noted from now on.</returns>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (await IsTrackedAsync(connection, cancellationToken))
        {
            return true;
        }

        var owners = await connection.ListAsync(
            RightsSql, row => (Role: row.GetString(0), MayInstall: row.GetBoolean(1), HasFunctions: row.GetBoolean(2)), cancellationToken,
            PostgresCommands.Value(database.Sql.Quoted));
        if (owners.TrueForAll(owner => owner.MayInstall))
        {
            return await TryInstallAsync(connection, cancellationToken);
        }

        if (!owners.TrueForAll(owner => owner.HasFunctions))
        {
            await TryGrantAsync(connection, owners.Select(owner => owner.Role), cancellationToken);
        }

        Tell($"As role {string.Join(" or ", owners.Where(owner => !owner.MayInstall).Select(owner => owner.Role))} run: {Statement}");
        return false;
    }

    /// <summary>Has the next reload look at everything.</summary>
    public async Task CheckAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("select endpoint_sync.check_all($1)", cancellationToken, database.SchemaName);
    }

    private string Statement => $"SELECT endpoint_sync.track({SchemaSql.Literal(database.Sql.Schema)});";

    private Task<bool> IsTrackedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select endpoint_sync.is_tracked($1)", cancellationToken, database.SchemaName);

    private Task<bool> TryKeepSyncsOutAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select pg_try_advisory_xact_lock($1)", cancellationToken, PostgresCommands.Value(database.LockKey));

    private Task<bool> IsOpenElsewhereAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>(IsOpenSql, cancellationToken, PostgresCommands.Value(database.Sql.Quoted));

    // Nothing is asked before its turn: a silo that took another one's installation for a writer would go on to sync in the middle of it.
    private async Task<bool> TryInstallAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var turn = await Migrator.TakeTurnAsync(connection, cancellationToken);
        if (await IsTrackedAsync(connection, cancellationToken))
        {
            return true;
        }

        try
        {
            await connection.ExecuteAsync(PatienceSql, cancellationToken);
            if (!await TryKeepSyncsOutAsync(connection, cancellationToken) || await IsOpenElsewhereAsync(connection, cancellationToken))
            {
                Tell(OpenElsewhere);
                return false;
            }

            await connection.ExecuteAsync("select endpoint_sync.track($1)", cancellationToken, database.SchemaName);
            await turn.CommitAsync(cancellationToken);
        }
        catch (PostgresException refused)
        {
            Tell(refused.SqlState == PostgresErrorCodes.LockNotAvailable
                ? OpenElsewhere
                : $"{refused.MessageText} As the tables' owner run: {Statement}");
            return false;
        }

        LogTracked(database.Name);
        return true;
    }

    // May be refused too, if another role installed the schema; that one can grant it then.
    private static async Task TryGrantAsync(NpgsqlConnection connection, IEnumerable<string> owners, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync($"grant execute on function {Functions} to {string.Join(", ", owners)}", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
        }
    }

    // Said once, not with every poll, until something else is in the way.
    private void Tell(string cure)
    {
        if (Interlocked.Exchange(ref _told, cure) != cure)
        {
            LogNotTracked(database.Name, cure);
        }
    }

    [LoggerMessage(1701, LogLevel.Information, "Triggers note what other writers do to {Registry}; syncs read only what was touched")]
    private partial void LogTracked(string registry);

    [LoggerMessage(
        1702, LogLevel.Warning,
        "Other writers' changes of {Registry} are not noted: polls find them, and each look reads the whole registry. {Cure}")]
    private partial void LogNotTracked(string registry, string cure);
}
