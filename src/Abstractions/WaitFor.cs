namespace EndpointSync;

/// <summary>Who has to serve a reload's version before the reload is answered.</summary>
[GenerateSerializer, Alias("EndpointSync.WaitFor")]
public enum WaitFor
{
    /// <summary>Nobody: the answer comes when the version is committed.</summary>
    Nobody,

    /// <summary>Every active silo.</summary>
    Silos,

    /// <summary>Every active silo and every live worker.</summary>
    Workers,
}
