namespace EndpointSync.WebConsole.Registries;

/// <summary>What the form of an endpoint shows: as stored, or as it was sent and refused.</summary>
public sealed record EndpointFields
{
    /// <summary>The id; null for a new one.</summary>
    public int? Id { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The root path.</summary>
    public string? RootPath { get; init; }

    /// <summary>The app.</summary>
    public string? App { get; init; }

    /// <summary>The description.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it is in service.</summary>
    public bool Active { get; init; } = true;

    /// <summary>The tag of what was read, so that an edit of somebody else in between is not overwritten.</summary>
    public string? ETag { get; init; }

    /// <summary>The fields of a stored endpoint.</summary>
    public static EndpointFields Of(EndpointView endpoint) => new()
    {
        Id = endpoint.Id,
        Name = endpoint.Name,
        RootPath = endpoint.RootPath,
        App = endpoint.App,
        Description = endpoint.Description,
        Active = endpoint.Active,
        ETag = endpoint.ETag,
    };
}
