using EndpointSync.Bench.Callers;
using EndpointSync.Bench.Changing;
using EndpointSync.Bench.Failover;
using EndpointSync.Bench.Fanout;
using EndpointSync.Bench.Foreign;
using EndpointSync.Bench.Idle;
using EndpointSync.Bench.Matching;
using EndpointSync.Bench.Memory;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Propagation;
using EndpointSync.Bench.Registries;
using EndpointSync.Bench.Soak;
using EndpointSync.Bench.Storm;
using EndpointSync.Bench.Telemetry;
using EndpointSync.Bench.Watching;

namespace EndpointSync.Bench;

/// <summary>Every comparison there is, in the order in which they run.</summary>
internal static class Comparisons
{
    public static IReadOnlyList<IComparison> All { get; } =
    [
        new StormComparison(),
        new IdleComparison(),
        new CallersComparison(),
        new ChangeComparison(),
        new SpreadComparison(),
        new FanoutComparison(),
        new WorkersComparison(),
        new RegistriesComparison(),
        new MatchComparison(MatchShape.Below),
        new MatchComparison(MatchShape.Static),
        new MatchComparison(MatchShape.Number),
        new MatchComparison(MatchShape.Miss),
        new MatchComparison(MatchShape.OtherMethod),
        new DeltaComparison(),
        new MemoryComparison(),
        new PropagateComparison(),
        new TelemetryComparison(),
        new ConsoleComparison(),
        new ForeignComparison(),
        new FailoverComparison(),
        new ProcessMemoryComparison(),
        new SoakComparison(),
    ];

    /// <summary>
    /// Those of some names, each of one comparison or the first word of several; without any name all but those on
    /// request, and in a quick run those for it.
    /// </summary>
    /// <param name="names">The names.</param>
    /// <param name="isQuick">Whether it is a quick run.</param>
    /// <param name="unknown">The names that nothing has.</param>
    public static IReadOnlyList<IComparison> Of(
        IReadOnlyCollection<string> names, bool isQuick, out IReadOnlyList<string> unknown)
    {
        unknown = [.. names.Where(name => !All.Any(comparison => Has(comparison, name)))];
        return [
            .. All.Where(
                comparison => names.Count == 0
                    ? IsDefault(comparison, isQuick)
                    : names.Any(name => Has(comparison, name)))];
    }

    private static bool IsDefault(IComparison comparison, bool isQuick) =>
        isQuick ? comparison.IsInQuickRuns : !comparison.IsOnRequest;

    private static bool Has(IComparison comparison, string name) =>
        comparison.Name == name || comparison.Name.StartsWith($"{name}-", StringComparison.Ordinal);
}
