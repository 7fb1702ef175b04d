using Orleans.Runtime.Messaging;

namespace EndpointSync.Client;

/// <summary>Orleans' words for a silo that is gone or not there yet, and for a request that nobody answered.</summary>
internal static class ClusterFailures
{
    public static bool MayHeal(Exception failure) =>
        failure is OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException or TimeoutException;
}
