namespace EndpointSync.Core;

/// <summary>Reloads a registry while its coordinator does not answer.</summary>
internal interface ICoordinatorFallback
{
    /// <summary>
    /// How long a reload waits for the coordinator before it falls back. There is no wait while the coordinator is
    /// known to be silent.
    /// </summary>
    TimeSpan CoordinatorTimeout { get; }

    /// <summary>Makes a registry current, or finds that it already is.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="answered">
    /// Cancelled when the coordinator has answered; the fallback starts nothing new after that.
    /// </param>
    /// <returns>
    /// The receipt. The call waits while another process holds the lock: the holder may be the coordinator in the
    /// middle of its sync.
    /// </returns>
    Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered);
}
