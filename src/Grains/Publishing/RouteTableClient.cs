using Orleans.Runtime.Services;

namespace EndpointSync.Grains.Publishing;

/// <summary>The way to every silo's <see cref="IRouteTableService"/>.</summary>
internal sealed class RouteTableClient(IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails here)
    : GrainServiceClient<IRouteTableService>(services)
{
    /// <summary>The silos that are active, as far as is known here; this one comes last, so that the others need not wait for what it does.</summary>
    public IEnumerable<ClusterMember> ActiveSilos => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .OrderBy(member => member.SiloAddress.Equals(here.SiloAddress));

    public IRouteTableService On(SiloAddress silo) => GetGrainService(silo);
}
