namespace EndpointSync.Client;

/// <summary>Asks a cluster of silos for what concerns its registries. Safe for concurrent use; one per process.</summary>
public interface IEndpointSyncClient
{
    /// <summary>
    /// Makes the registry's routes match its endpoints, or finds that they do. However many ask at once, one request is under way and one waits
    /// for it, so thousands of callers are two messages. A request that stays without an answer or meets a lost silo is repeated.
    /// </summary>
    /// <param name="registry">The registry's name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter or digit first.</param>
    /// <param name="options">Null: a timeout of 30 seconds.</param>
    /// <param name="cancellationToken">Ends this caller's wait only; the sync and its other callers go on.</param>
    /// <returns>The receipt. A busy lock and a failing Postgres are outcomes in it, not exceptions; the silos retry those behind the answer.</returns>
    /// <exception cref="ArgumentException">The name cannot be a registry's, or the timeout is out of range.</exception>
    /// <exception cref="UnknownRegistryException">No silo is configured for the registry.</exception>
    /// <exception cref="TimeoutException">No receipt in time; whether the sync was committed is unknown, and asking again is safe.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<ReloadReceipt> ReloadAsync(string registry, ReloadOptions? options = null, CancellationToken cancellationToken = default);
}
