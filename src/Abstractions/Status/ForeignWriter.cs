namespace EndpointSync;

/// <summary>A session outside the cluster that wrote to a registry's tables, as far as Postgres knows it.</summary>
/// <param name="Role">The session's database role.</param>
/// <param name="Application">The session's application name; empty if it set none.</param>
/// <param name="ProcessId">The process id of its backend at that time.</param>
/// <param name="Address">The client's address; null for a Unix socket.</param>
public sealed record ForeignWriter(string Role, string Application, int ProcessId, string? Address)
{
    /// <summary>The writer in words.</summary>
    public override string ToString() =>
        VisibleText.Of(
            $"role '{Role}', application '{Application}', backend {ProcessId}, {Address ?? "local socket"}");
}
