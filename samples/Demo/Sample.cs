namespace EndpointSync.Demo;

/// <summary>The sample registry: the two endpoints that OpenSPP declares.</summary>
internal static class Sample
{
    public const string Registry = "openspp";

    public static readonly EndpointEdit[] Endpoints =
    [
        new() { Name = "OpenSPP API V2", RootPath = "/api/v2/spp", App = "api_v2" },
        new() { Name = "OpenSPP DCI API", RootPath = "/dci_api/v1", App = "dci_api" },
    ];

    /// <summary>Declares the endpoints if the registry has none.</summary>
    public static async Task DeclareAsync(RegistryApi api, CancellationToken cancellationToken)
    {
        if ((await api.EndpointsAsync(cancellationToken)).Count > 0)
        {
            return;
        }

        foreach (var endpoint in Endpoints)
        {
            await api.AddAsync(endpoint, cancellationToken);
        }
    }
}
