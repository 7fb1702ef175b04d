namespace EndpointSync.Client;

/// <summary>Reloads the registries of a cluster. Safe for concurrent use; use one per process.</summary>
public interface IEndpointSyncClient
{
    /// <summary>
    /// Makes the registry's routes match its endpoints, or finds that they already do. One request is under way and one
    /// waits for it, so thousands of concurrent callers cost two messages. A request that gets no answer or loses its
    /// silo is repeated.
    /// </summary>
    /// <param name="registry">
    /// The registry's name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter or digit first.
    /// </param>
    /// <param name="options">The options; null for the defaults, with a timeout of 30 seconds.</param>
    /// <param name="cancellationToken">Ends this caller's wait only; the sync and its other callers go on.</param>
    /// <returns>
    /// The receipt. A busy lock and a failing Postgres are outcomes in it, not exceptions. The silos retry them after
    /// the answer.
    /// </returns>
    /// <exception cref="ArgumentException">The name cannot be a registry's, or the timeout is out of range.</exception>
    /// <exception cref="UnknownRegistryException">No silo is configured for the registry.</exception>
    /// <exception cref="TimeoutException">
    /// No receipt in time. Whether the sync was committed is unknown, and a retry is safe.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<ReloadReceipt> ReloadAsync(
        string registry, ReloadOptions? options = null, CancellationToken cancellationToken = default);
}
