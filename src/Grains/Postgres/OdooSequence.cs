using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Odoo's sequence, whose value Odoo workers cache their routes under. It is drawn after a commit on purpose: a worker may have read a value that a
/// sync's own rows drew before the commit, and cached the old rows under it.
/// </summary>
internal sealed class OdooSequence(RegistryDatabase database, ILogger<OdooSequence> logger)
{
    /// <summary>How long after the draw behind a commit the sequence is drawn once more, so that a burst of versions costs one such draw.</summary>
    public static readonly TimeSpan SettleDelay = TimeSpan.FromSeconds(1);

    // Odoo ends a request after two minutes (limit_time_real), and a sync, which may commit some seconds before its draw, after half of one.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(3);

    // That it happened is recorded, so that a crash before it leaves it due; nor does it wait for the disk, for a server that lost it would draw again.
    // A sync that has the row by now is not waited for: it draws when it is done.
    private const string SignalSql =
        """
        update endpoint_sync.state set signalled_version = version, signalled_at = clock_timestamp()
        where schema_name = (
            select schema_name from endpoint_sync.state
            where schema_name = $1 and (signalled_version < version or signalled_at is null) for no key update skip locked)
          and nextval($2::regclass) is not null and set_config('synchronous_commit', 'off', true) is not null
        """;

    // The row's writer is a transaction behind the commit. While no session has a snapshot from before it, every snapshot that there is or comes
    // has the rows: whoever reads the number that is drawn now caches them, and whoever cached others did so under an older number.
    private const string SettleSql =
        """
        update endpoint_sync.state set settled = true
        where schema_name = (
            select schema_name from endpoint_sync.state
            where schema_name = $1 and not settled and signalled_version = version and signalled_at < clock_timestamp() - $3
              and (signalled_at < clock_timestamp() - $4 or not exists (
                select from pg_stat_activity as session
                where session.datname = current_database() and session.pid <> pg_backend_pid() and age(session.backend_xmin) >= age(state.xmin)))
            for no key update skip locked)
          and nextval($2::regclass) is not null and set_config('synchronous_commit', 'off', true) is not null
        """;

    private readonly Channel<bool> _drawn = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Has an item after this silo has drawn behind a commit, one for many draws.</summary>
    public ChannelReader<bool> Drawn => _drawn.Reader;

    /// <summary>Draws behind a commit that changed rows, if nobody has yet. A failure is told, and leaves the draw due.</summary>
    public async Task SignalAsync(NpgsqlConnection connection, RouteVersion version, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(SignalSql, cancellationToken, database.SchemaName, Name);
            _drawn.Writer.TryWrite(true);
        }
        catch (Exception failure) when (failure is NpgsqlException or OperationCanceledException)
        {
            SyncLog.SignalFailed(logger, database.Name, version, failure.Message);
        }
    }

    /// <summary>
    /// Draws once more, if that is due: it frees the worker that read the sequence after the draw behind a commit, in a snapshot from before it.
    /// </summary>
    /// <exception cref="NpgsqlException">Postgres refused or could not be reached; the draw stays due.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            SettleSql, cancellationToken, database.SchemaName, Name, PostgresCommands.Value(SettleDelay), PostgresCommands.Value(LongestRequest));
    }

    private NpgsqlParameter Name => PostgresCommands.Value($"{database.Sql.Quoted}.endpoint_route_version");
}
