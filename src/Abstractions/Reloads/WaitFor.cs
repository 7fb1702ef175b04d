namespace EndpointSync;

/// <summary>Which subscribers must serve a reload's version before the reload is answered.</summary>
[GenerateSerializer, Alias("endpointsync.wait-for")]
public enum WaitFor
{
    /// <summary>None: the reload is answered when the version is committed.</summary>
    Nobody,

    /// <summary>Every active silo.</summary>
    Silos,

    /// <summary>Every active silo and every live worker.</summary>
    Workers,
}
