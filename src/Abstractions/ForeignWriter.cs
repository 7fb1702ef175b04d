namespace EndpointSync;

/// <summary>A session that wrote to a registry's tables without the cluster, as far as Postgres knows it.</summary>
/// <param name="Role">Its database role.</param>
/// <param name="Application">The name it gave itself; empty when it gave none.</param>
/// <param name="ProcessId">Its backend's process id at that time.</param>
/// <param name="Address">The address it came from; null for a Unix socket.</param>
public sealed record ForeignWriter(string Role, string Application, int ProcessId, string? Address)
{
    /// <summary>The writer in words.</summary>
    public override string ToString() => $"role '{Role}', application '{Application}', backend {ProcessId}, {Address ?? "local socket"}";
}
