namespace EndpointSync;

/// <summary>What is to be changed of an endpoint, or what a new one is made of; null leaves a field as it is, or gives it its default.</summary>
public sealed record EndpointEdit
{
    /// <summary>What people call it; needed for a new endpoint.</summary>
    public string? Name { get; init; }

    /// <summary>The path below which it answers; needed for a new endpoint. Trimmed, given a leading slash, and freed of a trailing one.</summary>
    public string? RootPath { get; init; }

    /// <summary>The application that answers; needed for a new endpoint.</summary>
    public string? App { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it is to be routed; true for a new endpoint. False archives it.</summary>
    public bool? Active { get; init; }

    /// <summary>Whether Odoo keeps the HTTP session of its requests; false for a new endpoint.</summary>
    public bool? SaveHttpSession { get; init; }
}
