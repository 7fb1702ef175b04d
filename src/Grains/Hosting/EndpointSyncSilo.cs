using EndpointSync.Grains.Registries;

namespace EndpointSync.Grains.Hosting;

/// <summary>Adds EndpointSync to a silo of one's own.</summary>
public static class EndpointSyncSilo
{
    /// <summary>
    /// Adds the coordinators of registries to a silo, and what publishes their versions to its grains. Every silo of the cluster needs the same.
    /// <see cref="SyncOptions"/> and <see cref="Publishing.PublishingOptions"/> are set as options of the silo.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The database of every registry that names none of its own, in Npgsql's keywords.</param>
    /// <param name="registries">The registries by name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter or digit first.</param>
    /// <exception cref="ArgumentException">A registry cannot have that name.</exception>
    public static ISiloBuilder AddEndpointSync(this ISiloBuilder silo, string connectionString, IReadOnlyDictionary<string, RegistryOptions> registries)
    {
        ArgumentNullException.ThrowIfNull(registries);
        foreach (var name in registries.Keys.Where(name => !RegistryName.IsValid(name)))
        {
            throw new ArgumentException($"'{name}' is no name of a registry: {RegistryName.Rule}.", nameof(registries));
        }

        silo.Services.AddEndpointSyncGrains(connectionString, registries);
        return silo;
    }
}
