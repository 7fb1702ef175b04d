using System.Text.Json.Serialization;

namespace EndpointSync;

/// <summary>An endpoint as it is declared.</summary>
public sealed record EndpointView
{
    /// <summary>The row's id.</summary>
    public required int Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The path below which the endpoint answers.</summary>
    public required string RootPath { get; init; }

    /// <summary>The application that answers.</summary>
    public required string App { get; init; }

    /// <summary>The endpoint's purpose; null if it has no description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the endpoint is routed; false means archived, as in Odoo.</summary>
    public required bool Active { get; init; }

    /// <summary>Whether Odoo keeps the HTTP session of its requests.</summary>
    public required bool SaveHttpSession { get; init; }

    /// <summary>
    /// Whether the endpoint's routes are correct. An edit of root path, active or session, which determine the routes,
    /// makes this false until the next sync.
    /// </summary>
    public required bool RegistrySync { get; init; }

    /// <summary>
    /// The tag of this state of the row, for <c>If-Match</c>. Every edit changes it; a sync does not.
    /// </summary>
    [JsonPropertyName("etag")]
    public required string ETag { get; init; }
}
