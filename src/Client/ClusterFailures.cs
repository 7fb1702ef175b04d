using Orleans.Runtime.Messaging;

namespace EndpointSync.Client;

/// <summary>
/// Recognizes Orleans' exceptions for a silo that is gone or not yet up, and for a request without an answer.
/// </summary>
internal static class ClusterFailures
{
    public static bool MayHeal(Exception failure) =>
        failure is OrleansMessageRejectionException or ConnectionFailedException or GatewayTooBusyException
            or TimeoutException;
}
