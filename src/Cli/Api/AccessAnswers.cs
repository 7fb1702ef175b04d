namespace EndpointSync.Cli.Api;

/// <summary>A key of the HTTP API, without its secret.</summary>
internal sealed record ApiKey(
    string Id, string Name, string Role, IReadOnlyList<string>? Registries, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt, string? RevokedBy, DateTimeOffset? LastUsedAt, string? LastUsedFrom);

/// <summary>A key that is wanted.</summary>
internal sealed record ApiKeyDraft(
    string? Name, string? Role, IReadOnlyList<string>? Registries, DateTimeOffset? ExpiresAt);

/// <summary>A new key with its secret.</summary>
internal sealed record CreatedApiKey(string Key, ApiKey Details);

/// <summary>A page of the audit, newest first.</summary>
internal sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Next);

/// <summary>A change, and who made it.</summary>
internal sealed record AuditEntry(
    long Id, DateTimeOffset OccurredAt, string Silo, string Principal, string? Role, string? Address,
    string? RequestId, string Operation, string? Registry, string? Target, string Outcome, string? Detail,
    long? Version, long Count);
