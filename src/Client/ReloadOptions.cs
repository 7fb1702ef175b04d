namespace EndpointSync.Client;

/// <summary>How a reload is asked for.</summary>
public sealed record ReloadOptions
{
    /// <summary>How long the caller waits for its receipt and for those that it waits for, retries included. More than zero, at most one day.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Who has to serve the receipt's version before the call returns; the receipt's <see cref="ReloadReceipt.Convergence"/> says who does.</summary>
    public WaitFor WaitFor { get; init; } = WaitFor.Nobody;

    /// <summary>How long <see cref="WaitFor"/> waits once there is a receipt, within <see cref="Timeout"/>. Zero to 1 minute; zero only looks.</summary>
    public TimeSpan ConvergenceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a reload that finds the registry's lock busy waits for its turn, within <see cref="Timeout"/>, before it is answered
    /// <see cref="ReloadOutcome.Skipped"/>. Zero to 1 minute; zero answers at once, and the silos retry behind the answer either way.
    /// </summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.Zero;
}
