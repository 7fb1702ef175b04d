namespace EndpointSync.Client.Workers;

/// <summary>Who a worker is, from the start of its process to the end.</summary>
/// <param name="Registry">The registry that it serves.</param>
/// <param name="Name">What people call it.</param>
internal sealed record WorkerIdentity(string Registry, string Name)
{
    public Guid Id { get; } = Guid.NewGuid();
}
