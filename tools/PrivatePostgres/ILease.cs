namespace EndpointSync.Tools.Postgres;

/// <summary>
/// One use of a server: the server runs while any lease is held, and stops when the last one is released.
/// </summary>
internal interface ILease : IAsyncDisposable
{
    /// <summary>Whether the server runs and is ready; waits while it is starting or stopping.</summary>
    Task<bool> IsRunningAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Starts the server and waits until it is ready; false if it does not start, with the reason in its log.
    /// </summary>
    Task<bool> TryStartAsync(CancellationToken cancellationToken);

    /// <summary>Releases the lease without waiting for the server's stop.</summary>
    void Abandon();
}
