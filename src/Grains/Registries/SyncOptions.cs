namespace EndpointSync.Grains.Registries;

/// <summary>Time limits of syncs: the configuration section <c>EndpointSync:Sync</c>.</summary>
public sealed class SyncOptions
{
    /// <summary>How long one sync may take, its retries included, before its callers are told that it failed. 1 to 29 seconds.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long Postgres works on one statement of a sync before it gives up. Shorter than <see cref="Deadline"/>.</summary>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one statement of a sync waits for a row that another session holds. Shorter than <see cref="StatementTimeout"/>.</summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long Postgres lets a sync's transaction stand idle before it ends it, which frees the registry's lock when a silo freezes in the middle.
    /// A tenth of a millisecond is added for each endpoint that is due, because the silo thinks about them while the transaction is open.
    /// </summary>
    public TimeSpan IdleInTransactionTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a silo waits for the coordinator's answer before it syncs by itself. Long enough for an ordinary sync, shorter than <see cref="Deadline"/>.
    /// </summary>
    public TimeSpan CoordinatorPatience { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often each silo looks for reloads that were answered without a sync; each wait is lengthened by a random part of up to a half.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the whole of each registry is looked at, without the lock, for what no trigger noted. Where there are no triggers every look does that.
    /// </summary>
    public TimeSpan FullCheckInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the session that listens to a database may be silent before it is asked whether it is still there; it has 2 seconds to answer.</summary>
    public TimeSpan ListenKeepAlive { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait before the first retry behind a skipped or failed reload; doubled each time, with jitter, up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait between retries behind a skipped or failed reload.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long somebody may hold a registry's lock before that is worth a warning. 100 milliseconds to 1 hour.</summary>
    public TimeSpan LockHoldWarning { get; set; } = TimeSpan.FromSeconds(10);

    internal TimeSpan IdleInTransactionLimit(int due) => IdleInTransactionTimeout + (due * TimeSpan.FromMilliseconds(0.1));
}
