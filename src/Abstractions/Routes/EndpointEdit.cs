namespace EndpointSync;

/// <summary>
/// The changes to an endpoint, or the fields of a new one. Null leaves a field unchanged, or gives a new endpoint the
/// default.
/// </summary>
public sealed record EndpointEdit
{
    /// <summary>The display name; required for a new endpoint.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// The path below which the endpoint answers; required for a new endpoint. It is trimmed, gets a leading slash, and
    /// loses a trailing slash.
    /// </summary>
    public string? RootPath { get; init; }

    /// <summary>The application that answers; required for a new endpoint.</summary>
    public string? App { get; init; }

    /// <summary>The endpoint's purpose.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the endpoint is routed; true by default for a new endpoint. False archives it.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether Odoo keeps the HTTP session of its requests; false by default for a new endpoint.</summary>
    public bool? SaveHttpSession { get; init; }
}
