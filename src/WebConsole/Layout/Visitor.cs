namespace EndpointSync.WebConsole.Layout;

/// <summary>Who looks at a page, and from where.</summary>
public sealed record Visitor
{
    /// <summary>The caller's name in the audit; null for somebody who is not signed in.</summary>
    public required string? Name { get; init; }

    /// <summary>Whether everybody on this machine may do everything, so that nobody signs in or out.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Whether the caller signed in here, and so can sign out.</summary>
    public required bool HasSession { get; init; }

    /// <summary>What each form has to send back.</summary>
    public required string FormToken { get; init; }

    /// <summary>What every path begins with, ending in a slash.</summary>
    public required string Base { get; init; }

    /// <summary>The address of this page, query included.</summary>
    public required string Address { get; init; }

    /// <summary>The time of the answer.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The silo that answers.</summary>
    public required string Silo { get; init; }

    /// <summary>Whether the caller has a role in a registry; null for all registries.</summary>
    public required Func<AccessRole, string?, bool> May { get; init; }
}
