using Microsoft.AspNetCore.Connections;

namespace EndpointSync.Silo.Hosting;

/// <summary>Runs the silo until it is asked to stop.</summary>
internal static class SiloRun
{
    /// <exception cref="StartException">Another process listens on one of the silo's ports.</exception>
    public static async Task RunAsync(this WebApplication app, SiloSettings settings)
    {
        var urls = app.Configuration["Urls"];
        try
        {
            await app.RunAsync();
        }
        catch (Exception failure) when (
            failure is AddressInUseException || failure.InnerException is AddressInUseException)
        {
            throw new StartException(
                $"Address already in use: another process listens on port {settings.Cluster.SiloPort} "
                + $"(EndpointSync:Cluster:SiloPort), on port {settings.Cluster.GatewayPort} "
                + $"(EndpointSync:Cluster:GatewayPort), or at {urls} (Urls). Stop it, or give this silo other ports.",
                StartException.Unavailable);
        }
    }
}
