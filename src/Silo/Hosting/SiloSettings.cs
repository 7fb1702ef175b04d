using EndpointSync.Grains.Configuration;
using EndpointSync.Silo.Access;

namespace EndpointSync.Silo.Hosting;

/// <summary>All settings of a silo: the configuration section <c>EndpointSync</c>.</summary>
internal sealed class SiloSettings
{
    public const string Section = "EndpointSync";

    public ClusterSettings Cluster { get; set; } = new();

    public HttpSettings Http { get; set; } = new();

    public Dictionary<string, RegistryOptions> Registries { get; set; } = [];

    public SyncOptions Sync { get; set; } = new();

    public PublishingOptions Publishing { get; set; } = new();

    public AuditOptions Audit { get; set; } = new();

    public HistoryOptions History { get; set; } = new();

    /// <summary>
    /// Whether the silo stops when its standard input ends, so that it never outlives its parent process.
    /// </summary>
    public bool StopWhenInputEnds { get; set; }

    /// <exception cref="StartException">
    /// A key is unknown, or a value is missing or wrong. The message lists each error with its remedy.
    /// </exception>
    public static SiloSettings Read(IConfiguration configuration)
    {
        var settings = Bind(configuration);
        settings.Cluster.ConnectionString =
            NamedConnectionStrings.OfCluster(configuration, settings.Cluster.ConnectionString);
        NamedConnectionStrings.Resolve(configuration, settings.Registries.Values);
        var errors = SiloSettingsRules.Check(settings).Concat(ClusterPortRules.OrleansKeys(configuration)).ToList();
        return errors.Count == 0
            ? settings
            : throw new StartException($"The silo cannot start as it is configured:\n- {string.Join("\n- ", errors)}");
    }

    private static SiloSettings Bind(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(Section).Get<SiloSettings>(
                binder => binder.ErrorOnUnknownConfiguration = true)
                ?? new SiloSettings();
        }
        catch (InvalidOperationException wrong)
        {
            throw new StartException(
                $"The silo cannot start as it is configured:\n- {wrong.Message} {wrong.InnerException?.Message}"
                    .TrimEnd());
        }
    }
}
