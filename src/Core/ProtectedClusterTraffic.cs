namespace EndpointSync.Core;

/// <summary>Registered where the cluster's ports are encrypted and authenticated.</summary>
internal sealed class ProtectedClusterTraffic;
