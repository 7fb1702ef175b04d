using System.Data.Common;
using EndpointSync.Grains.Hosting;
using Microsoft.AspNetCore.Connections;

namespace EndpointSync.Silo.Hosting;

/// <summary>Runs the silo until it is asked to stop.</summary>
internal static class SiloRun
{
    /// <exception cref="StartException">
    /// Another process listens where the HTTP API would, or the cluster's database went away or refused while the silo
    /// joined the cluster.
    /// </exception>
    public static async Task RunSiloAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception failure) when (
            failure is AddressInUseException || failure.InnerException is AddressInUseException)
        {
            throw new StartException(
                $"Address already in use: {failure.Message} Stop the process that listens there, or set Urls.",
                StartException.Unavailable);
        }
        catch (DbException failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            throw new StartException(
                "The silo could not join the cluster, because the cluster's database "
                + $"(EndpointSync:Cluster:ConnectionString) went away or refused: {problem.Detail}",
                StartException.Unavailable);
        }

        await app.WaitForShutdownAsync();
    }
}
