using System.Globalization;
using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Watches one ring of a rollout, look by look, and says when the rollout goes on and when its version is taken back.
/// Another silo that takes the rollout over begins the ring's watch anew, which makes it longer and nothing else.
/// </summary>
/// <param name="rollout">The rollout, with the ring that was given the version last.</param>
/// <param name="clock">The time.</param>
internal sealed class RingWatch(RunningRollout rollout, TimeProvider clock)
{
    /// <summary>How long the workers of a ring may take to serve the version.</summary>
    public static readonly TimeSpan ServeTimeout = TimeSpan.FromSeconds(30);

    private readonly AbortRules _rules =
        AbortRules.Parse(rollout.Rollout.AbortOn) ?? AbortRules.Parse(AbortRules.Default)!;

    private HashSet<string> _troubled = [];
    private long? _servedAt;

    public bool IsOf(RunningRollout other) =>
        other.Rollout.Version == rollout.Rollout.Version && other.Reached == rollout.Reached;

    /// <summary>Looks at all workers.</summary>
    /// <param name="givenFor">For how long the ring was given the version.</param>
    /// <param name="subscribers">All silos and workers of the registry.</param>
    /// <returns>The decision; null as long as there is none.</returns>
    public RingDecision? Look(TimeSpan givenFor, IReadOnlyList<Subscriber> subscribers)
    {
        var workers = subscribers.Where(one => one.Kind == SubscriberKind.Worker).ToList();
        var ring = InRing(workers, rollout.Ring);
        var serving = ring.Count(worker => worker.Serves(rollout.Rollout.Version));
        if (FindBroken(workers) is { } broken)
        {
            return Decide(passed: false, broken, workers, serving);
        }

        var allServe = ring.Count > 0 && serving == ring.Count;
        _servedAt ??= allServe ? clock.GetTimestamp() : null;
        var servedFor = _servedAt is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
        // What a worker has answered until the end of the hold is in a report that it sent later.
        if (allServe && servedFor >= rollout.Rollout.Hold
            && ring.TrueForAll(worker => worker.SilentFor <= servedFor - rollout.Rollout.Hold))
        {
            var decision = string.Create(
                CultureInfo.InvariantCulture, $"no rule was broken in {rollout.Rollout.Hold.TotalSeconds:0.#} s");
            return Decide(passed: true, decision, workers, serving);
        }

        return givenFor <= rollout.Rollout.Hold + ServeTimeout
            ? null
            : Decide(
                passed: false,
                ring.Count == 0
                    ? $"no live worker is of ring {rollout.Ring}"
                    : $"{serving} of {ring.Count} workers of ring {rollout.Ring} serve version "
                        + $"{rollout.Rollout.Version} after {givenFor:hh\\:mm\\:ss}",
                workers, serving);
    }

    // The rings before this one are watched on.
    private string? FindBroken(List<Subscriber> workers)
    {
        var held = Sum(workers, rollout.Rollout.HeldVersion, exact: true);
        string? broken = null;
        foreach (var ring in rollout.Rollout.Rings.Take(rollout.Reached).Select(ring => ring.Ring))
        {
            var found = _rules.FindBroken(Sum(InRing(workers, ring), rollout.Rollout.Version, exact: false), held);
            broken ??= found is null ? null : $"ring {ring} broke {found}";
        }

        return broken ?? (_rules.OnProblem ? FindProblem(workers) : null);
    }

    // A worker that has just moved to another silo seems to have another table until that silo has caught up. So a
    // problem counts when the next look finds it too.
    private string? FindProblem(List<Subscriber> workers)
    {
        var reached = rollout.Rollout.Rings.Take(rollout.Reached).Select(ring => ring.Ring).ToHashSet();
        var troubled = workers.Where(worker => worker.Problem is not null && reached.Contains(worker.Ring ?? ""))
            .ToList();
        var stays = troubled.Find(worker => _troubled.Contains(worker.Id));
        _troubled = troubled.Select(worker => worker.Id).ToHashSet(StringComparer.Ordinal);
        return stays is null ? null : $"worker {stays.Name} of ring {stays.Ring} reports a problem: {stays.Problem}";
    }

    private RingDecision Decide(bool passed, string reason, List<Subscriber> workers, int serving) => new(
        passed, reason, serving, Sum(InRing(workers, rollout.Ring), rollout.Rollout.Version, exact: false),
        Sum(workers, rollout.Rollout.HeldVersion, exact: true));

    private static List<Subscriber> InRing(List<Subscriber> workers, string ring) =>
        workers.FindAll(worker => worker.Ring == ring);

    // A database that lost a version makes a later one with the same table.
    private static VersionAnswers Sum(List<Subscriber> workers, RouteVersion version, bool exact)
    {
        var answers = workers.SelectMany(worker => worker.Answers ?? [])
            .Where(one => exact ? one.Version == version : one.Version >= version)
            .ToList();
        return new VersionAnswers(
            version, answers.Sum(one => one.Requests), answers.Sum(one => one.Misses), answers.Sum(one => one.Errors));
    }
}
