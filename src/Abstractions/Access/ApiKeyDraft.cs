namespace EndpointSync;

/// <summary>A key to create.</summary>
public sealed record ApiKeyDraft
{
    /// <summary>Who or what uses it, 1 to 100 characters.</summary>
    public string? Name { get; init; }

    /// <summary>What it allows.</summary>
    public AccessRole? Role { get; init; }

    /// <summary>The registries that it is for; null for all.</summary>
    public IReadOnlyList<string>? Registries { get; init; }

    /// <summary>From when on it is refused; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
