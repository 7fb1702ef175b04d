using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Bench.Matching;

/// <summary>
/// One route more, beginning at the same routes each time, as a worker's next delta does at what it serves.
/// </summary>
public class DeltaBenchmarks
{
    private const int Operations = 200;

    private RouteImage _image = RouteImage.Empty;
    private RouteDelta[] _deltas = [];
    private PublishedRoute[] _more = [];
    private ImmutableDictionary<string, PublishedRoute> _known = ImmutableDictionary<string, PublishedRoute>.Empty;

    /// <summary>The values of <see cref="Routes"/>.</summary>
    public static IReadOnlyList<int> Sizes { get; set; } = [];

    /// <summary>How many routes there are.</summary>
    [ParamsSource(nameof(Sizes))]
    public int Routes { get; set; }

    /// <summary>A table, and a dictionary of the same routes.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        var shape = MatchShape.Below;
        _image = shape.Image(Routes);
        _more = [.. Enumerable.Range(Routes, Operations).Select(shape.Route)];
        _deltas =
        [
            .. _more.Select(route => new RouteDelta(
                _image.Version, _image.Version.Next, _image.Hash ^ route.Hash,
                [new PublishedChange(route.Key, route)])),
        ];
        _known = shape.Routes(Routes).ToImmutableDictionary(route => route.Key, StringComparer.Ordinal);
    }

    /// <summary>One route more in the table, which leaves the old table as it is.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Delta()
    {
        foreach (var delta in _deltas)
        {
            if (!_image.TryApply(delta, out _, out var reason))
            {
                throw new InvalidOperationException(reason);
            }
        }
    }

    /// <summary>One entry more in an immutable dictionary.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Entry()
    {
        foreach (var route in _more)
        {
            GC.KeepAlive(_known.SetItem(route.Key, route));
        }
    }
}
