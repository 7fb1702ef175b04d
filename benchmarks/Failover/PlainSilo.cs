using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orleans.Configuration;

namespace EndpointSync.Bench.Failover;

/// <summary>
/// A plain Orleans grain without EndpointSync: there is one, and it serves calls one after the other.
/// </summary>
public interface IPlainSyncGrain : IGrainWithIntegerKey
{
    /// <summary>Does one update.</summary>
    /// <returns>The process that it was done in.</returns>
    Task<int> ReloadAsync();
}

/// <inheritdoc cref="IPlainSyncGrain" />
/// <param name="database">Where it updates.</param>
public sealed class PlainSyncGrain(NpgsqlDataSource database) : Grain, IPlainSyncGrain
{
    /// <inheritdoc />
    public async Task<int> ReloadAsync()
    {
        await using var command = database.CreateCommand("update plain set reloads = reloads + 1");
        await command.ExecuteNonQueryAsync();
        return Environment.ProcessId;
    }
}

/// <summary>A silo process with Orleans' defaults: this program itself, started with other arguments.</summary>
internal static class PlainSilo
{
    /// <summary>The first argument that makes this program such a silo.</summary>
    public const string Command = "--plain-silo";

    public const string Ready = "ready";
    public const string Reload = "reload";

    /// <summary>Runs until it is requested to stop.</summary>
    public static async Task RunAsync(string address, string connectionString, string siloPort, string gatewayPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(connectionString));
        builder.Host.UseOrleans(silo => silo
            .UseAdoNetClustering(
                clustering => (clustering.Invariant, clustering.ConnectionString) = ("Npgsql", connectionString))
            .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("plain", "plain"))
            .ConfigureEndpoints(IPAddress.Loopback, PortOf(siloPort), PortOf(gatewayPort)));
        await using var application = builder.Build();
        application.MapGet(Ready, () => Environment.ProcessId);
        application.MapPost(Reload, (IGrainFactory grains) => grains.GetGrain<IPlainSyncGrain>(0).ReloadAsync());
        await application.RunAsync();
    }

    private static int PortOf(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
