namespace EndpointSync.Local.Postgres;

/// <summary>One use of a server: it runs while any lease on it is held, and giving up the last one stops it.</summary>
internal interface ILease : IAsyncDisposable
{
    /// <summary>Whether a server runs and is ready; waits for one that is just starting or stopping.</summary>
    Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    /// <summary>Starts the server and waits until it is ready; false when it does not start, for a reason in its log.</summary>
    Task<bool> TryStartAsync(CancellationToken cancellationToken);

    /// <summary>Gives the lease up without waiting for what follows.</summary>
    void Abandon();
}
