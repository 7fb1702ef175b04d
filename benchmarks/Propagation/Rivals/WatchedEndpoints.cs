using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Endpoints of ASP.NET Core to which more are added while it serves.</summary>
internal sealed class WatchedEndpoints : EndpointDataSource, IDisposable
{
    private CancellationTokenSource _changed = new();
    private IReadOnlyList<Endpoint> _endpoints = [];

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public void Add(IEnumerable<string> paths)
    {
        _endpoints = [.. _endpoints, .. paths.Select(Of)];
        using var before = _changed;
        _changed = new CancellationTokenSource();
        before.Cancel();
    }

    public void Dispose() => _changed.Dispose();

    private static Endpoint Of(string path) =>
        new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse($"{path}{{**rest}}"), order: 0, EndpointMetadataCollection.Empty, path);
}
