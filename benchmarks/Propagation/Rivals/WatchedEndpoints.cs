using EndpointSync.Bench.Serving;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Primitives;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Endpoints of ASP.NET Core that come and go while it serves.</summary>
internal sealed class WatchedEndpoints : EndpointDataSource, IDisposable
{
    private readonly Dictionary<int, RouteEndpoint> _numbered = [];
    private CancellationTokenSource _changed = new();
    private IReadOnlyList<Endpoint> _endpoints = [];

    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    public void Change(IReadOnlyList<(int Number, bool IsThere)> changes)
    {
        foreach (var (number, isThere) in changes)
        {
            if (isThere)
            {
                _numbered[number] = Of(DeclaredEndpoints.PathOf(number));
            }
            else
            {
                _numbered.Remove(number);
            }
        }

        _endpoints = [.. _numbered.Values];
        using var before = _changed;
        _changed = new CancellationTokenSource();
        before.Cancel();
    }

    public void Dispose() => _changed.Dispose();

    private static RouteEndpoint Of(string path) =>
        new RouteEndpoint(
            _ => Task.CompletedTask, RoutePatternFactory.Parse($"{path}{{**rest}}"), order: 0,
            EndpointMetadataCollection.Empty, path);
}
