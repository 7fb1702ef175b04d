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
using EndpointSync.Bench.Storm;

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
        new MatchComparison(),
        new DeltaComparison(),
        new MemoryComparison(),
        new PropagateComparison(),
        new ForeignComparison(),
        new FailoverComparison(),
    ];
}
