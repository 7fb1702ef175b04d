using Microsoft.AspNetCore.Connections;

namespace EndpointSync.Silo.Hosting;

/// <summary>Runs the silo until it is asked to stop.</summary>
internal static class SiloRun
{
    /// <exception cref="StartException">Another process listens where the HTTP API would.</exception>
    public static async Task RunSiloAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
        }
        catch (Exception failure) when (
            failure is AddressInUseException || failure.InnerException is AddressInUseException)
        {
            throw new StartException(
                $"Address already in use: {failure.Message} Stop the process that listens there, or set Urls.",
                StartException.Unavailable);
        }
    }
}
