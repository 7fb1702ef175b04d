namespace EndpointSync.Client.Gateways;

/// <summary>The client could not learn which gateways the cluster has.</summary>
internal sealed class GatewaysUnknownException(string message, bool mayHeal) : Exception(message)
{
    /// <summary>Whether another attempt may end otherwise.</summary>
    public bool MayHeal { get; } = mayHeal;
}
