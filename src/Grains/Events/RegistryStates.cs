using System.Collections.Immutable;

namespace EndpointSync.Grains.Events;

/// <summary>One state, and how a stream tells that it is over.</summary>
/// <param name="Seen">What makes it another state.</param>
/// <param name="Event">The event that tells it.</param>
/// <param name="End">The event that tells its end; null for a state that is always there.</param>
internal sealed record RegistryState(string Seen, RegistryEvent Event, RegistryEvent? End);

/// <summary>
/// What only memory has of a registry, as this silo sees it: who serves which version, who holds the lock, and what
/// keeps silos and workers from serving. A stream tells all of it first and then what changes.
/// </summary>
internal sealed class RegistryStates(string registry, TimeProvider clock)
{
    private const int MostMissing = 20;
    private const int MostProblems = 100;
    private const string ProblemKey = "problem ";
    private const string FailureKey = "failure";

    private ImmutableSortedDictionary<string, RegistryState> _current =
        ImmutableSortedDictionary<string, RegistryState>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The present states.</summary>
    public ImmutableSortedDictionary<string, RegistryState> Current => Volatile.Read(ref _current);

    /// <summary>Tells what is new in <paramref name="now"/> against <paramref name="known"/>.</summary>
    public static IEnumerable<RegistryEvent> Compare(
        ImmutableSortedDictionary<string, RegistryState>? known, ImmutableSortedDictionary<string, RegistryState> now)
    {
        if (ReferenceEquals(known, now))
        {
            return [];
        }

        var begun = now.Where(state => known?.GetValueOrDefault(state.Key) != state.Value)
            .Select(state => state.Value.Event);
        var ended = known?.Where(state => !now.ContainsKey(state.Key)).Select(state => state.Value.End!) ?? [];
        return begun.Concat(ended);
    }

    /// <summary>Takes who holds the lock; null for nobody.</summary>
    /// <returns>Whether that is new.</returns>
    public bool See(LockHolder? holder) => Set(
        "lock", holder is null ? "free" : $"{holder.ProcessId} {holder.Since:O}",
        () => Event("lock", new { holder }), end: null);

    /// <summary>Takes why the events cannot be read; null if they can.</summary>
    /// <returns>Whether that is new.</returns>
    public bool See(string silo, string? failure) => failure is null
        ? Remove(FailureKey)
        : Set(
            FailureKey, failure, () => Problem("Events", silo, silo, silo, RouteVersion.None, failure),
            () => Problem("Events", silo, silo, silo, RouteVersion.None, problem: null));

    /// <summary>Takes who serves which version.</summary>
    /// <returns>Whether that is new.</returns>
    public bool See(SubscriberList list)
    {
        var changed = Set("convergence", Fingerprint(list), () => Event("convergence", Convergence(list)), end: null);
        var problems = list.Subscribers.Where(subscriber => subscriber.Problem is not null)
            .Take(MostProblems).ToDictionary(subscriber => ProblemKey + subscriber.Id, StringComparer.Ordinal);
        foreach (var key in Current.Keys.Where(key => key.StartsWith(ProblemKey, StringComparison.Ordinal)))
        {
            changed |= !problems.ContainsKey(key) && Remove(key);
        }

        foreach (var (key, one) in problems)
        {
            changed |= Set(key, one.Problem!, () => Problem(one, one.Problem), () => Problem(one, problem: null));
        }

        return changed;
    }

    private static IEnumerable<Subscriber> Missing(SubscriberList list) =>
        list.Subscribers.Where(subscriber => !subscriber.Serves(list.Version));

    private static string Fingerprint(SubscriberList list) =>
        $"{list.Version} {list.Subscribers.Count} {Count(list, SubscriberKind.Silo)} "
        + string.Join(' ', Missing(list).Select(one => $"{one.Id} {one.Version} {one.Problem}"));

    private static int Count(SubscriberList list, SubscriberKind kind) =>
        list.Subscribers.Count(subscriber => subscriber.Kind == kind);

    private static object Convergence(SubscriberList list)
    {
        var missing = Missing(list).ToList();
        var (silos, workers) = (Count(list, SubscriberKind.Silo), Count(list, SubscriberKind.Worker));
        return new
        {
            version = list.Version,
            silos,
            silosServing = silos - missing.Count(one => one.Kind == SubscriberKind.Silo),
            workers,
            workersServing = workers - missing.Count(one => one.Kind == SubscriberKind.Worker),
            reached = missing.Count == 0 && list.Subscribers.Count > 0,
            missing = missing.Take(MostMissing),
            missingCount = missing.Count,
        };
    }

    private RegistryEvent Problem(Subscriber one, string? problem) =>
        Problem($"{one.Kind}", one.Name, one.Id, one.Silo, one.Version, problem);

    private RegistryEvent Problem(
        string source, string name, string id, string silo, RouteVersion version, string? problem) =>
        Event("problem", new { source, name, id, silo, version, problem });

    private RegistryEvent Event(string kind, object state) =>
        RegistryEvent.Of(registry, kind, clock.GetUtcNow(), state);

    private bool Remove(string key) =>
        ImmutableInterlocked.Update(ref _current, static (states, gone) => states.Remove(gone), key);

    // An event is made only if it is told.
    private bool Set(string key, string seen, Func<RegistryEvent> begin, Func<RegistryEvent>? end)
    {
        if (Current.GetValueOrDefault(key)?.Seen == seen)
        {
            return false;
        }

        var state = new RegistryState(seen, begin(), end?.Invoke());
        return ImmutableInterlocked.Update(ref _current, states => states.SetItem(key, state));
    }
}
