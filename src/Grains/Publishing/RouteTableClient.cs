using Orleans.Runtime.Services;

namespace EndpointSync.Grains.Publishing;

/// <summary>The way to every silo's <see cref="IRouteTableService"/>.</summary>
internal sealed class RouteTableClient(IServiceProvider services, IClusterMembershipService membership) : GrainServiceClient<IRouteTableService>(services)
{
    /// <summary>The silos that are active, as far as is known here.</summary>
    public IEnumerable<ClusterMember> ActiveSilos => membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active);

    public IRouteTableService On(SiloAddress silo) => GetGrainService(silo);
}
