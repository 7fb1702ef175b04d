using EndpointSync.Grains.Publishing;
using EndpointSync.Silo.Gateway;
using EndpointSync.Silo.Problems;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace EndpointSync.Silo.Api;

/// <summary>Tells clients of the grains where the gateways are, so that they need no database for it.</summary>
internal static class GatewayApi
{
    public static void MapGateways(this RouteGroupBuilder gateways) => gateways.MapRead("/", ListAsync);

    [EndpointName("listGateways")]
    [EndpointSummary("Where clients reach the cluster's grains, and the URLs of its silos")]
    [ProducesResponseType<GatewayList>(StatusCodes.Status200OK)]
    private static async Task<IResult> ListAsync(
        ClusterGateways gateways, SiloUrls silos, IOptions<ClusterOptions> cluster,
        CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Json(
                new GatewayList(
                    cluster.Value.ClusterId, cluster.Value.ServiceId, await gateways.ListAsync(cancellationToken),
                    silos.All),
                GatewayJson.Default.GatewayList);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return ProblemTypes.GatewaysUnknown.Answer(
                $"This silo could not read the cluster's silos yet: {failure.Message} Ask again, or ask another silo.");
        }
    }
}
