namespace EndpointSync;

/// <summary>Makes registries current while their coordinators give no answer.</summary>
internal interface IStandIn
{
    /// <summary>How long a coordinator that is not known to be silent is waited for.</summary>
    TimeSpan Patience { get; }

    /// <summary>Makes a registry current, or finds that it is.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="answered">The coordinator has answered: nothing that has not begun is begun any more.</param>
    /// <returns>The receipt. While another process has the lock there is none, because that may be the coordinator, in the middle of its sync.</returns>
    Task<ReloadReceipt> ReloadAsync(string registry, ReloadRequest request, CancellationToken answered);
}
