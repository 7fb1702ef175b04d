namespace EndpointSync.Grains.Configuration;

/// <summary>Time limits of syncs: the configuration section <c>EndpointSync:Sync</c>.</summary>
public sealed class SyncOptions
{
    /// <summary>
    /// How long one sync may take, retries included, before it is reported as failed. 1 to 29 seconds.
    /// </summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long Postgres may work on one statement of a sync. Shorter than <see cref="Deadline"/>.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long one statement of a sync waits for a row that another session holds. Shorter than
    /// <see cref="StatementTimeout"/>.
    /// </summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long Postgres lets a sync's transaction be idle before it ends the transaction. This frees the registry's
    /// lock when a silo freezes in the middle. Each due endpoint or route adds a tenth of a millisecond, because the
    /// silo works on it while the transaction is open.
    /// </summary>
    public TimeSpan IdleInTransactionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many due endpoints one transaction writes. A sync of more is several transactions, each with a version of
    /// its own, so that what is done stays done when the <see cref="Deadline"/> ends it. 1 to 1,000,000.
    /// </summary>
    public int EndpointsPerTransaction { get; set; } = 20_000;

    /// <summary>
    /// How many reloads a second the changes of other writers may cause in a registry, after a burst of two seconds'
    /// worth. Each may make a version. Changes that come faster share reloads. 1 to 1,000.
    /// </summary>
    public int ReactionsPerSecond { get; set; } = 10;

    /// <summary>
    /// How long a silo waits for the coordinator's answer before it syncs by itself. Long enough for an ordinary sync,
    /// shorter than <see cref="Deadline"/>.
    /// </summary>
    public TimeSpan CoordinatorTimeout { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How often each silo polls each registry for pending syncs and newer versions. A random part of up to a half is
    /// added to each wait.
    /// </summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often each registry is checked as a whole, without the lock, for changes that no trigger recorded. Where
    /// there are no triggers, every preflight is a full check.
    /// </summary>
    public TimeSpan FullCheckInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the session that listens to a database may be silent before it is probed; it has 2 seconds to answer.
    /// </summary>
    public TimeSpan ListenKeepAlive { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The wait before the first background retry of a skipped or failed reload; doubled each time, with jitter, up to
    /// <see cref="MaxRetryDelay"/>.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between background retries of a skipped or failed reload.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a process may hold a registry's lock before a warning is logged. 100 milliseconds to 1 hour.
    /// </summary>
    public TimeSpan LockHoldWarning { get; set; } = TimeSpan.FromSeconds(10);

    internal TimeSpan IdleInTransactionLimit(int due) =>
        IdleInTransactionTimeout + (due * TimeSpan.FromMilliseconds(0.1));
}
