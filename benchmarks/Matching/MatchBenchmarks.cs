using BenchmarkDotNet.Attributes;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Bench.Matching;

/// <summary>Each is asked for the same paths, one after the other on one thread.</summary>
public class MatchBenchmarks
{
    private const int Operations = 10_000;
    private const int Hot = 100;

    // Shapes with the same routes share them, because ASP.NET Core takes minutes to make many; they are there until the
    // process ends.
    private static readonly Dictionary<(IReadOnlyList<string> Rules, int Routes), EndpointRouting> Mapped = [];

    private RouteTable _table = null!;
    private Dictionary<string, int> _known = null!;
    private EndpointRouting _routing = null!;
    private string[] _paths = [];
    private PathString[] _received = [];
    private RouteOutcome _expected;

    /// <summary>The values of <see cref="Routes"/>.</summary>
    public static IReadOnlyList<int> Sizes { get; set; } = [];

    internal static MatchShape Shape { get; set; } = MatchShape.Below;

    /// <summary>How many routes there are.</summary>
    [ParamsSource(nameof(Sizes))]
    public int Routes { get; set; }

    /// <summary>A route table, and the paths of any of its routes.</summary>
    [GlobalSetup(Target = nameof(Table))]
    public void PrepareTable() => PrepareTable(Shape.Paths(Routes, Operations));

    /// <summary>The same with few paths.</summary>
    [GlobalSetup(Target = nameof(TableFewPaths))]
    public void PrepareFewPaths()
    {
        var paths = Shape.Paths(Routes, Hot);
        PrepareTable([.. Enumerable.Range(0, Operations).Select(number => paths[number % Hot])]);
    }

    /// <summary>A dictionary of whole paths.</summary>
    [GlobalSetup(Target = nameof(Dictionary))]
    public void PrepareDictionary()
    {
        _paths = Shape.Paths(Routes, Operations);
        _known = _paths.Distinct().ToDictionary(path => path, path => path.Length, StringComparer.Ordinal);
    }

    /// <summary>Endpoints of ASP.NET Core.</summary>
    [GlobalSetup(Target = nameof(AspNetCore))]
    public void PrepareAspNetCore()
    {
        if (!Mapped.TryGetValue((Shape.Rules, Routes), out var mapped))
        {
            mapped = EndpointRouting.OfAspNetCore(Shape, Routes);
            Mapped.Add((Shape.Rules, Routes), mapped);
        }

        Prepare(mapped);
    }

    /// <summary>Routes of YARP.</summary>
    [GlobalSetup(Target = nameof(Yarp))]
    public void PrepareYarp() => Prepare(EndpointRouting.OfYarp(Shape, Routes));

    /// <summary>Ends the application behind the routing.</summary>
    [GlobalCleanup(Target = nameof(Yarp))]
    public Task DisposeAsync() => _routing.DisposeAsync().AsTask();

    /// <summary>The route table.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Table()
    {
        foreach (var path in _paths)
        {
            if (_table.Match(path, Shape.Method).Outcome != _expected)
            {
                throw new InvalidOperationException($"{path} was not {_expected}.");
            }
        }
    }

    /// <summary>The route table, for as few paths as a processor's cache holds all of.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void TableFewPaths() => Table();

    /// <summary>A lookup that knows no variables.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Dictionary()
    {
        foreach (var path in _paths)
        {
            if (_known[path] == 0)
            {
                throw new InvalidOperationException($"{path} was not found.");
            }
        }
    }

    /// <summary>ASP.NET Core's routing.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void AspNetCore() => _routing.MatchAll(_received, Shape);

    /// <summary>The same with YARP's endpoints.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public void Yarp() => _routing.MatchAll(_received, Shape);

    private void PrepareTable(string[] paths)
    {
        (_table, _paths) = (Shape.Image(Routes).Table, paths);
        _expected = !Shape.IsFound
            ? RouteOutcome.NotFound
            : Shape.Method == "GET"
            ? RouteOutcome.Found
            : RouteOutcome.MethodNotAllowed;
    }

    private void Prepare(EndpointRouting routing)
    {
        (_routing, _received) = (routing, EndpointRouting.Receive(Shape.Paths(Routes, Operations)));
        // The first match builds the matcher.
        routing.MatchAll(_received, Shape);
    }
}
