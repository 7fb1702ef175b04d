namespace EndpointSync.Silo.Hosting;

/// <summary>Logs the started silo and its addresses once; events 2001 to 2099.</summary>
internal static partial class StartLog
{
    public static void LogStarted(this WebApplication app, SiloSettings settings) =>
        app.Lifetime.ApplicationStarted.Register(() => Started(
            app.Logger, settings.Cluster.Name, settings.Cluster.ClusterId, string.Join(", ", app.Urls), string.Join(
                ", ", settings.Registries.Keys.Order())));

    [LoggerMessage(
        2001, LogLevel.Information,
        "Silo {Silo} of cluster {Cluster} serves {Urls} for registries {Registries}")]
    private static partial void Started(ILogger logger, string silo, string cluster, string urls, string registries);
}
