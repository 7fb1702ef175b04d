using EndpointSync.Grains.Configuration;

namespace EndpointSync.Grains.Hosting;

/// <summary>The registries of a silo, as its host configured them.</summary>
internal sealed class RegistriesOptions
{
    /// <summary>The database of every registry that names none of its own.</summary>
    public string? ClusterConnectionString { get; set; }

    /// <summary>Why the connections to it need no check of the server; null if they do.</summary>
    public string? UnverifiedDatabaseReason { get; set; }

    /// <summary>The registries by name.</summary>
    public IReadOnlyDictionary<string, RegistryOptions> Registries { get; set; } =
        new Dictionary<string, RegistryOptions>();
}
