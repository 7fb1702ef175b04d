using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Odoo;

/// <summary>
/// Odoo's sequence, whose value is the key under which Odoo workers cache their routes. It is bumped after the commit
/// on purpose: a worker may have read a value that the sync's own rows drew before the commit, and cached the old rows
/// under it. With each bump, the signals are sent by which Odoo's workers drop what they cached apart from the
/// sequence.
/// </summary>
internal sealed partial class OdooSequence(RegistryDatabase database, TimeProvider clock, ILogger<OdooSequence> logger)
{
    /// <summary>
    /// How long after the bump behind a commit the sequence is bumped again, so that a burst of versions costs one
    /// second bump.
    /// </summary>
    public static readonly TimeSpan SecondBumpDelay = TimeSpan.FromSeconds(1);

    // Odoo ends a request after two minutes (limit_time_real); a sync, which may commit some seconds before its bump,
    // ends after half a minute.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(3);

    // A bump is one short statement. A server that does not answer it in this time must not hold up the receipt.
    private static readonly TimeSpan BumpTimeout = TimeSpan.FromSeconds(2);

    private static readonly SqlFile Sql = SqlFile.Of<OdooSequence>();

    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);
    private CoalescingSender<RouteVersion>? _secondBump;

    /// <summary>
    /// Bumps the sequence after a commit that changed rows, if no other silo has. A failure is logged and leaves the
    /// bump due.
    /// </summary>
    public async Task BumpAsync(RouteVersion version)
    {
        using var deadline = new CancellationTokenSource(BumpTimeout, clock);
        try
        {
            // The token alone is not enough: a frozen server does not react to a cancel request.
            await ExecuteAsync(Sql["bump"], deadline.Token).WaitAsync(BumpTimeout, clock, CancellationToken.None);
            BumpAgainSoon(version);
        }
        catch (Exception failure) when (failure is TimeoutException || SqlStates.Describe(failure) is not null)
        {
            LogNotBumped(database.Name, version, failure.Message);
        }
    }

    /// <summary>
    /// Bumps the sequence again, if that is due. It frees a worker that read the sequence after the first bump, but in
    /// a snapshot from before the commit.
    /// </summary>
    /// <exception cref="NpgsqlException">Postgres refused or could not be reached; the bump stays due.</exception>
    public Task BumpAgainAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(
            Sql["bump_again"], cancellationToken, PostgresCommands.Value(SecondBumpDelay),
            PostgresCommands.Value(LongestRequest));

    // If this silo dies first, or a session still has an old snapshot, the poll of any silo makes the second bump.
    private void BumpAgainSoon(RouteVersion version)
    {
        var secondBump = LazyInitializer.EnsureInitialized(
            ref _secondBump, () => new CoalescingSender<RouteVersion>(
                _ => BumpAgainAfterDelayAsync(), static (_, newest) => newest));
        secondBump.Post(version);
    }

    private async Task BumpAgainAfterDelayAsync()
    {
        await Task.Delay(SecondBumpDelay * 1.1, clock);
        try
        {
            await BumpAgainAsync(CancellationToken.None);
        }
        catch (Exception failure) when (failure is ObjectDisposedException || SqlStates.Describe(failure) is not null)
        {
            // The poll tries again and logs why it failed. A silo that has stopped leaves it to the others.
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var sequence = PostgresCommands.Value($"{database.Sql.Quoted}.endpoint_route_version");
        var bumps = await connection.ListAsync(
            sql, row => row.Value<string[]>("problems"), cancellationToken, [database.SchemaName, sequence, .. more]);
        var problems = bumps.SelectMany(bump => bump);
        foreach (var problem in problems.Where(problem => _reported.TryAdd(problem, true)))
        {
            LogNotSignalled(database.Name, problem);
        }
    }

    [LoggerMessage(
        1107, LogLevel.Warning,
        "Could not bump Odoo's sequence of {Registry} for version {Version}: {Detail}. Odoo workers may serve the "
        + "previous version until the next poll bumps it.")]
    private partial void LogNotBumped(string registry, RouteVersion version, LogText detail);

    [LoggerMessage(
        1113, LogLevel.Warning,
        "Odoo workers of {Registry} may serve old routes, or the wrong app: they cannot be told to drop their caches. "
        + "{Cure}")]
    private partial void LogNotSignalled(string registry, LogText cure);
}
