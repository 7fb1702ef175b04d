namespace EndpointSync.Client;

/// <summary>The options of a reload.</summary>
public sealed record ReloadOptions
{
    /// <summary>
    /// How long the caller waits for its receipt and for convergence, including retries. More than zero, at most one
    /// day.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Which subscribers must serve the receipt's version before the call returns;
    /// <see cref="ReloadReceipt.Convergence"/> has the result.
    /// </summary>
    public WaitFor WaitFor { get; init; } = WaitFor.Nobody;

    /// <summary>
    /// How long to wait for <see cref="WaitFor"/> once there is a receipt, within <see cref="Timeout"/>. Zero to 1
    /// minute; zero only checks.
    /// </summary>
    public TimeSpan ConvergenceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a reload waits for a busy lock, within <see cref="Timeout"/>, before it is answered
    /// <see cref="ReloadOutcome.Skipped"/>. Zero to 1 minute; zero answers at once. In either case the silos retry
    /// after the answer.
    /// </summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Whether the sync may remove more than 10 routes that are half of all or more, because their endpoints are gone
    /// or archived. Otherwise such a reload is answered <see cref="ReloadOutcome.Failed"/> and writes nothing.
    /// </summary>
    public bool AllowMassRemoval { get; init; }

    /// <summary>
    /// Whether the first sync of a registry may change or delete routes that Odoo serves. False by default: it is
    /// refused and says what it would do.
    /// </summary>
    public bool Attach { get; init; }
}
