using EndpointSync.Wire;

namespace EndpointSync.Worker;

/// <summary>Identifies a worker from the start of its process to its end.</summary>
/// <param name="Registry">The worker's registry.</param>
/// <param name="Name">The worker's display name.</param>
internal sealed record WorkerIdentity(string Registry, string Name)
{
    /// <summary>The worker's ring, by which a rollout tells workers apart.</summary>
    public string Ring { get; init; } = WorkerRing.Default;

    public Guid Id { get; } = Guid.NewGuid();
}
