using EndpointSync.Grains.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Hosting;

/// <summary>Adds EndpointSync to your own silo.</summary>
public static class EndpointSyncSilo
{
    private const string Section = "EndpointSync";

    /// <summary>
    /// Adds the registries of the configuration to a silo: their coordinators, and the services that publish their
    /// versions to grains. Every silo of the cluster needs the same registries. The sections are those of the product's
    /// own silo: <c>EndpointSync:Registries</c>, <c>Sync</c>, <c>Publishing</c>, <c>Audit</c> and <c>History</c>, and
    /// <c>EndpointSync:Cluster:ConnectionString</c> or <c>ConnectionStrings:endpointsync</c> for the database of every
    /// registry without one of its own. A wrong value stops the start of the host with an error that names the key.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <exception cref="InvalidOperationException">A key below a registry is unknown, or its value is not of its type.
    /// </exception>
    /// <exception cref="OptionsValidationException">No registry is configured, or a value is wrong.</exception>
    public static ISiloBuilder AddEndpointSync(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        var configuration = silo.Configuration;
        var registries = configuration.GetSection($"{Section}:Registries")
            .Get<Dictionary<string, RegistryOptions>>(Strict) ?? [];
        NamedConnectionStrings.Resolve(configuration, registries.Values);
        silo.Services.AddOptions<SyncOptions>().BindConfiguration($"{Section}:Sync", Strict);
        silo.Services.AddOptions<PublishingOptions>().BindConfiguration($"{Section}:Publishing", Strict);
        silo.Services.AddOptions<AuditOptions>().BindConfiguration($"{Section}:Audit", Strict);
        silo.Services.AddOptions<HistoryOptions>().BindConfiguration($"{Section}:History", Strict);
        var cluster = NamedConnectionStrings.OfCluster(
            configuration, configuration[$"{Section}:Cluster:ConnectionString"]);
        var errors = RegistriesOptionsValidator.CheckAll(
            new RegistriesOptions { ClusterConnectionString = cluster, Registries = registries }).ToList();
        return errors.Count == 0
            ? silo.AddEndpointSync(cluster!, registries)
            : throw new OptionsValidationException(Section, typeof(RegistryOptions), errors);
    }

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

    private static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;
}
