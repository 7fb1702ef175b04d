namespace EndpointSync;

/// <summary>The session that holds a registry's advisory lock.</summary>
/// <param name="ProcessId">Its backend's process id.</param>
/// <param name="Application">The name it gave itself; empty when it gave none.</param>
/// <param name="Role">Its database role.</param>
/// <param name="Since">When its transaction began; null for a session-level lock between transactions.</param>
public sealed record LockHolder(int ProcessId, string Application, string Role, DateTimeOffset? Since)
{
    /// <summary>The holder in words.</summary>
    public override string ToString() =>
        $"backend {ProcessId} of role '{Role}', application '{Application}'" + (Since is { } since ? $", in a transaction since {since:O}" : "");
}
