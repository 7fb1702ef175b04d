using System.Net;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tls;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Compares this silo with those that run, before it joins them: whether they can talk to each other, and whether they
/// claim an address that leads every machine to itself.
/// </summary>
internal static class ClusterReach
{
    /// <exception cref="StartException">They cannot.</exception>
    public static async Task CheckAsync(ClusterSettings cluster, ClusterEndpoints endpoints)
    {
        var others = (await MembersAsync(cluster))
            .Where(member => !EndpointOf(member).Equals(Own(cluster, endpoints)))
            .ToList();
        if (others.FirstOrDefault(IsLoopbackElsewhere) is { } elsewhere)
        {
            throw new StartException(
                $"Silo {elsewhere.Silo} on machine {elsewhere.Host} advertises the loopback address "
                + $"{elsewhere.Address}:{elsewhere.Port} in the same cluster: this machine would look for it on "
                + "itself, and the silos would declare each other dead. Set "
                + "EndpointSync:Cluster:AdvertisedAddress there.");
        }

        var probe = new ClusterProbe(cluster.Tls, TimeProvider.System);
        var problems = await Task.WhenAll(others.Select(async member =>
            await probe.FindProblemAsync(EndpointOf(member)) is { } problem
                ? $"- silo {member.Silo} at {EndpointOf(member)}: {problem}"
                : null));
        if (problems.OfType<string>().ToList() is { Count: > 0 } found)
        {
            throw new StartException(
                "This silo cannot join its cluster, because running silos and this one would not accept each other's "
                + $"connections:\n{string.Join("\n", found)}",
                StartException.Unavailable);
        }
    }

    private static async Task<IReadOnlyList<ListedSilo>> MembersAsync(ClusterSettings cluster)
    {
        try
        {
            return await EndpointSyncServices.LivingMembersAsync(
                cluster.ConnectionString!, cluster.ClusterId, CancellationToken.None);
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            throw new StartException(
                $"The cluster's database (EndpointSync:Cluster:ConnectionString) cannot be used: {problem.Detail}",
                StartException.Unavailable);
        }
    }

    private static bool IsLoopbackElsewhere(ListedSilo member) =>
        IPAddress.IsLoopback(IPAddress.Parse(member.Address)) && member.Host != Dns.GetHostName();

    // A silo that starts again at its own address takes its own row over.
    private static IPEndPoint Own(ClusterSettings cluster, ClusterEndpoints endpoints) =>
        new(endpoints.Advertised, cluster.SiloPort);

    private static IPEndPoint EndpointOf(ListedSilo member) => new(IPAddress.Parse(member.Address), member.Port);
}
