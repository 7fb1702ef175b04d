using EndpointSync.Bench;
using EndpointSync.Bench.Failover;
using EndpointSync.Bench.Foreign;
using EndpointSync.Bench.Propagation;

var comparisons = new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
{
    ["idle"] = IdleComparison.RunAsync,
    ["fanout"] = FanoutComparison.RunAsync,
    ["table"] = TableComparison.RunAsync,
    ["propagation"] = PropagationComparison.RunAsync,
    ["foreign"] = ForeignComparison.RunAsync,
    ["failover"] = FailoverComparison.RunAsync,
};
var unknown = args.Except(comparisons.Keys).ToList();
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync($"Unknown: {string.Join(", ", unknown)}. Known: {string.Join(", ", comparisons.Keys)}.");
    return 2;
}
foreach (var name in args.Length == 0 ? [.. comparisons.Keys] : args)
{
    await comparisons[name]();
}
return 0;
