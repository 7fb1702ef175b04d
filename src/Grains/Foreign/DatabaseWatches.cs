using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Foreign;

/// <summary>
/// Watches those databases that this silo is to watch. All silos reckon alike, from the list of active ones, who that is for each, so there is nothing to
/// agree on; while they see different lists a database may have two watches, which does no harm, or none, which polls make up for.
/// </summary>
internal sealed class DatabaseWatches(
    RegistryCatalog catalog, IClusterMembershipService membership, ILocalSiloDetails local, IServiceProvider services) : BackgroundService
{
    private readonly Dictionary<string, (CancellationTokenSource Stop, Task Watching)> _watched = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var databases = catalog.All.GroupBy(registry => registry.Listened.Key, StringComparer.Ordinal).ToList();
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                var active = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress).ToList();
                foreach (var database in databases)
                {
                    await SetAsync(database, local.SiloAddress.Equals(WatcherOf(database.Key, active)), stoppingToken);
                }
            }
        }
        finally
        {
            await Task.WhenAll(_watched.Keys.ToList().Select(StopAsync));
        }
    }

    /// <summary>The silo that watches a database: when silos come and go, few databases get another one.</summary>
    internal static SiloAddress? WatcherOf(string database, IEnumerable<SiloAddress> active) =>
        active.MaxBy(silo => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{database} {silo.ToParsableString()}"))));

    private async Task SetAsync(IGrouping<string, Registry> database, bool isOurs, CancellationToken stoppingToken)
    {
        if (!isOurs)
        {
            await StopAsync(database.Key);
        }
        else if (!_watched.ContainsKey(database.Key))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var watch = ActivatorUtilities.CreateInstance<DatabaseWatch>(services, database.First().Listened, (IReadOnlyList<Registry>)[.. database]);
            _watched[database.Key] = (stop, Task.Run(() => watch.RunAsync(stop.Token), CancellationToken.None));
        }
    }

    private async Task StopAsync(string database)
    {
        if (!_watched.Remove(database, out var watched))
        {
            return;
        }

        await watched.Stop.CancelAsync();
        await watched.Watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        watched.Stop.Dispose();
    }
}
