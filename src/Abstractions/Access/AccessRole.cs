namespace EndpointSync;

/// <summary>What a caller of the HTTP API may do; docs/security.md has the table.</summary>
public enum AccessRole
{
    /// <summary>Reads registries, their routes, endpoints, subscribers and writers.</summary>
    Viewer,

    /// <summary>Follows a registry's routes and reports what it serves. Nothing else.</summary>
    Worker,

    /// <summary>What a viewer may do; also reloads, and edits endpoints.</summary>
    Operator,

    /// <summary>Everything; in every registry also keys and the audit.</summary>
    Admin,
}
