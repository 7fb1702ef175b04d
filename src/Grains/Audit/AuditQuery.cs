namespace EndpointSync.Grains.Audit;

/// <summary>Which entries to read; what is null does not limit them.</summary>
/// <param name="Registry">Of this registry.</param>
/// <param name="Principal">By this principal.</param>
/// <param name="Operation">Of this operation.</param>
/// <param name="Outcome">With this outcome.</param>
/// <param name="Since">Asked for at this time or later.</param>
/// <param name="Until">Asked for before this time.</param>
/// <param name="Before">With a smaller id: the cursor of a page.</param>
/// <param name="Limit">At most this many.</param>
internal sealed record AuditQuery(
    string? Registry = null, string? Principal = null, string? Operation = null, AuditOutcome? Outcome = null,
    DateTimeOffset? Since = null, DateTimeOffset? Until = null, long? Before = null, int Limit = 100);
