using EndpointSync.Wire;
using Orleans.Runtime.Services;

namespace EndpointSync.Grains.Publishing;

/// <summary>Calls the <see cref="IRouteTableService"/> of any silo.</summary>
internal sealed class RouteTableClient(
    IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails here)
    : GrainServiceClient<IRouteTableService>(services)
{
    /// <summary>
    /// The active silos, as far as this one knows. This one comes last, so that the others need not wait for its work.
    /// </summary>
    public IEnumerable<ClusterMember> ActiveSilos => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .OrderBy(member => member.SiloAddress.Equals(here.SiloAddress));

    public IRouteTableService On(SiloAddress silo) => GetGrainService(silo);
}
