using EndpointSync;

/// <summary>Keeps something that depends on the routes, and builds it anew for each version.</summary>
public interface ICatalogGrain : IGrainWithStringKey
{
    Task<long> GetVersionAsync();
}

public sealed class CatalogGrain(ILogger<CatalogGrain> logger) : Grain, ICatalogGrain, IRouteSubscriber
{
    private RouteVersion _version;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.SubscribeToRoutes("openspp");
        return Task.CompletedTask;
    }

    public Task OnRouteVersionAsync(string registry, RouteVersion version)
    {
        _version = version;
        logger.LogInformation("The catalog follows version {Version} of {Registry}", version, registry);
        return Task.CompletedTask;
    }

    public Task<long> GetVersionAsync() => Task.FromResult(_version.Value);
}
