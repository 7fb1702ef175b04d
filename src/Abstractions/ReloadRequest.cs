namespace EndpointSync;

/// <summary>A request to make a registry current.</summary>
/// <param name="Callers">How many callers stand behind this request; a gate that collects callers asks once for all of them.</param>
/// <param name="Scope">What is to be made current.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.ReloadRequest")]
public sealed record ReloadRequest([property: Id(0)] int Callers = 1, [property: Id(1)] ReloadScope Scope = ReloadScope.Everything);
