namespace EndpointSync;

/// <summary>One page of the audit, newest first.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Next);
