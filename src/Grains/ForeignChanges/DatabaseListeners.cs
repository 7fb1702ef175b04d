using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Core;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// Listens to the databases that this silo is elected for. Every silo computes the election from the list of active
/// silos and the name of a registry, so it needs no agreement, and silos may reach a database by different addresses.
/// While silos have different lists a database may have two listeners, which is harmless, or none, in which case polls
/// find the changes.
/// </summary>
internal sealed class DatabaseListeners(
    RegistryMap<Registry> registries, IClusterMembershipService membership, ILocalSiloDetails local,
    IServiceProvider services) : BackgroundService
{
    private readonly Dictionary<string, (CancellationTokenSource Stop, Task Running)> _running =
        new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var databases = registries.All.GroupBy(
            registry => registry.Database.Listened.Key, StringComparer.Ordinal).ToList();
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active)
                    .Select(member => member.SiloAddress)
                    .ToList();
                foreach (var database in databases)
                {
                    var listener = ListenerOf(database.Select(registry => registry.Name), active);
                    await SetAsync(database, local.SiloAddress.Equals(listener), stoppingToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_running.Keys.ToList().Select(StopAsync));
        }
    }

    /// <summary>
    /// The silo that listens to the database of some registries. When silos come and go, few databases change hands.
    /// </summary>
    internal static SiloAddress? ListenerOf(IEnumerable<string> registries, IEnumerable<SiloAddress> active)
    {
        var first = registries.Min(StringComparer.Ordinal);
        return active.MaxBy(
            silo => BinaryPrimitives.ReadUInt64BigEndian(
                SHA256.HashData(Encoding.UTF8.GetBytes($"{first} {silo.ToParsableString()}"))));
    }

    private async Task SetAsync(IGrouping<string, Registry> database, bool isOurs, CancellationToken stoppingToken)
    {
        if (!isOurs)
        {
            await StopAsync(database.Key);
        }
        else if (!_running.ContainsKey(database.Key))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var listener = ActivatorUtilities.CreateInstance<DatabaseListener>(
                services, database.First().Database.Listened, (IReadOnlyList<Registry>)[.. database]);
            _running[database.Key] = (stop, Task.Run(() => listener.RunAsync(stop.Token), CancellationToken.None));
        }
    }

    private async Task StopAsync(string database)
    {
        if (!_running.Remove(database, out var running))
        {
            return;
        }

        await running.Stop.CancelAsync();
        await running.Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        running.Stop.Dispose();
    }
}
