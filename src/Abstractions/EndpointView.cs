using System.Text.Json.Serialization;

namespace EndpointSync;

/// <summary>An endpoint as it is declared.</summary>
public sealed record EndpointView
{
    /// <summary>The row's id.</summary>
    public required int Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>The path below which it answers.</summary>
    public required string RootPath { get; init; }

    /// <summary>The application that answers.</summary>
    public required string App { get; init; }

    /// <summary>What it is for; null when nobody said.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it is to be routed; false is Odoo's word for archived.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether Odoo keeps the HTTP session of its requests.</summary>
    public required bool SaveHttpSession { get; init; }

    /// <summary>Whether its routes are right; an edit of what decides them (root path, active, session) makes this false until the next sync.</summary>
    public required bool RegistrySync { get; init; }

    /// <summary>The tag of this state of the row, for <c>If-Match</c>. A sync does not change it, an edit by anybody does.</summary>
    [JsonPropertyName("etag")]
    public required string ETag { get; init; }
}
