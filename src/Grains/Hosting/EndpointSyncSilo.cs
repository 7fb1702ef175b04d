using EndpointSync.Grains.Configuration;

namespace EndpointSync.Grains.Hosting;

/// <summary>Adds EndpointSync to your own silo.</summary>
public static class EndpointSyncSilo
{
    /// <summary>
    /// Adds registries to a silo: their coordinators, and the services that publish their versions to grains. Every
    /// silo of the cluster needs the same registries. Set <see cref="SyncOptions"/> and <see cref="PublishingOptions"/>
    /// as options of the silo.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="connectionString">The database of every registry without a connection string of its own, in
    /// Npgsql's keywords.</param>
    /// <param name="registries">The registries by name: 1 to 63 lower-case letters, digits, '.', '_' or '-', a letter
    /// or digit first.</param>
    /// <exception cref="ArgumentException">A registry's name is not valid.</exception>
    public static ISiloBuilder AddEndpointSync(
        this ISiloBuilder silo, string connectionString, IReadOnlyDictionary<string, RegistryOptions> registries)
    {
        ArgumentNullException.ThrowIfNull(registries);
        silo.Services.AddEndpointSyncGrains(connectionString, registries);
        return silo;
    }
}
