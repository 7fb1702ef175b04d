using EndpointSync.Local.Postgres;

namespace EndpointSync.Silo.Hosting;

/// <summary>The PostgreSQL that a silo brings along when it is told of none, so that it runs without any set-up.</summary>
internal sealed class PrivateDatabase(PrivatePostgres? server) : IAsyncDisposable
{
    private const string ClusterKey = $"{SiloSettings.Section}:Cluster:ConnectionString";
    private const string DirectoryKey = $"{SiloSettings.Section}:PrivatePostgres:Directory";
    private const string RegistriesKey = $"{SiloSettings.Section}:Registries";
    private const string SampleRegistry = "openspp";

    /// <summary>Starts the server unless a connection string is configured, and configures the silo for it.</summary>
    /// <exception cref="StartException">No server is configured and none is installed; the message says what to do.</exception>
    public static async Task<PrivateDatabase> StartIfNeededAsync(ConfigurationManager configuration)
    {
        if (!string.IsNullOrWhiteSpace(configuration[ClusterKey]))
        {
            return new PrivateDatabase(null);
        }

        try
        {
            var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = configuration[DirectoryKey] });
            configuration.AddInMemoryCollection(SettingsFor(server, configuration));
            await Console.Error.WriteLineAsync($"{ClusterKey} is not set: using a private PostgreSQL on 127.0.0.1:{server.Port}, data in {server.Directory}");
            return new PrivateDatabase(server);
        }
        catch (Exception failure) when (failure is PostgresNotFoundException or InvalidOperationException or TimeoutException)
        {
            throw new StartException(failure.Message, StartException.Unavailable);
        }
    }

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Dictionary<string, string?> SettingsFor(PrivatePostgres server, ConfigurationManager configuration)
    {
        var settings = new Dictionary<string, string?> { [ClusterKey] = server.ConnectionString() };
        if (!configuration.GetSection(RegistriesKey).GetChildren().Any())
        {
            settings[$"{RegistriesKey}:{SampleRegistry}:CreateTables"] = "true";
        }

        return settings;
    }
}
