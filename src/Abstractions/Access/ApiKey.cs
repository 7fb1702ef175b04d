namespace EndpointSync;

/// <summary>An API key as it is listed. The key itself is shown only to whoever creates it.</summary>
public sealed record ApiKey
{
    /// <summary>The part of the key that names it, in every list and in the audit.</summary>
    public required string Id { get; init; }

    /// <summary>Who or what uses it.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>The registries that it is for; null for all.</summary>
    public IReadOnlyList<string>? Registries { get; init; }

    /// <summary>When it was created, by the database's clock.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who created it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null if it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Who revoked it.</summary>
    public string? RevokedBy { get; init; }

    /// <summary>When it was used last, to about ten minutes; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>The address that used it then.</summary>
    public string? LastUsedFrom { get; init; }
}
