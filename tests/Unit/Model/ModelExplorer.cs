namespace EndpointSync.Tests.Unit.Model;

/// <summary>
/// Visits every state that some steps can reach, nearest first, and looks for the shortest way to break a promise.
/// </summary>
internal sealed class ModelExplorer(ModelRules rules)
{
    private readonly ModelStep[] _steps = ModelSteps.All(rules);
    private readonly Dictionary<string, (string? Before, string Step)> _seen = new(StringComparer.Ordinal);

    /// <summary>How many states were visited.</summary>
    public int States => _seen.Count;

    /// <summary>How many steps were taken.</summary>
    public int Transitions { get; private set; }

    /// <summary>The first promise found broken, with the steps that lead there; null if there is none.</summary>
    /// <param name="depth">How many steps.</param>
    /// <param name="only">The only promise that counts.</param>
    public string? Search(int depth, string? only = null)
    {
        List<ModelState> frontier = [ModelState.Initial, ModelState.Rivals];
        frontier.ForEach(state => _seen[state.Key] = (null, state == ModelState.Rivals ? "two rivals; " : ""));
        for (var level = 0; level < depth; level++)
        {
            List<ModelState> next = [];
            foreach (var state in frontier)
            {
                foreach (var step in _steps)
                {
                    if (step.Run(state) is not { } after)
                    {
                        continue;
                    }

                    Transitions++;
                    var isNew = _seen.TryAdd(after.Key, (state.Key, step.Name));
                    if (Broken(step, state, after, isNew) is { } promise && (only ?? promise) == promise)
                    {
                        return $"{promise}: {Way(state.Key)}{step.Name}";
                    }

                    if (isNew)
                    {
                        next.Add(after);
                    }
                }
            }

            frontier = next;
        }

        return null;
    }

    private string? Broken(ModelStep step, ModelState before, ModelState after, bool isNew) =>
        before.IsPinned && !step.IsOfPin && Changed(before, after).Any()
            ? "a pinned registry published another table"
        : after.IsPinned && step.IsReaction && ModelState.Ids.Any(id => IsUnrestored(after, id))
            ? "a row was not brought back to the pinned table at once"
        : after.IsPinned && step.IsReaction && ModelState.Ids.Any(id => IsMisflagged(after, id))
            ? "a flag says that something is published which is not"
        : !step.IsAsked && !before.IsReloadAsked && Changed(before, after).Any(id => IsUnasked(step.Begin(before), id))
            ? "an edit was published that nobody asked to publish"
        : !step.IsAsked && !before.IsReloadAsked && Changed(before, after).Any(id => before.BackedOff[id - 1])
            ? "a version took up what an endpoint in backoff got from others"
        : step.IsReaction && !after.IsPinned && ModelState.Ids.Any(id => IsUnrepaired(after, id))
            ? "a row was not repaired at once"
        : IsServedTwice(after) ? "one version answers a path by two endpoints"
        : isNew && !IsInSyncAtRest(after) ? "something was forgotten"
        : null;

    private static IEnumerable<int> Changed(ModelState before, ModelState after) =>
        ModelState.Ids.Where(id => after.Version[id - 1] != before.Version[id - 1]);

    // What somebody wrote himself, with the app that is served, was asked for.
    private static bool IsUnasked(ModelState state, int id) => state.Unasked[id - 1]
        && (state.Declared[id - 1] is { } declared
            ? state.Rows[id - 1] != declared.Path
                || (state.Version[id - 1] is { } served && served.App != declared.App)
            : state.Rows[id - 1] is not null);

    private static bool IsServedTwice(ModelState state) =>
        state.Version[0] is { } first && state.Version[1] is { } second && first.Path == second.Path;

    private bool IsInSyncAtRest(ModelState state)
    {
        var rest = ModelSteps.Rest(state, rules);
        return rest.Records.Count == 0 && ModelState.Ids.All(id =>
        {
            // Of endpoints with one path, the younger is routed.
            var routed = rest.Declared[id - 1] is { } declared
                && !ModelState.Ids.Any(other => other > id && rest.Declared[other - 1]?.Path == declared.Path)
                ? new ModelRoute(declared.Path, declared.App)
                : null;
            return rest.Version[id - 1] == routed && rest.Rows[id - 1] == routed?.Path;
        });
    }

    // An endpoint that is published, not in backoff, and shares its path with nobody.
    private static bool IsUnrepaired(ModelState state, int id) =>
        state.Declared[id - 1] is { IsFlagged: true } declared && !state.Unasked[id - 1] && !state.BackedOff[id - 1]
            && !state.Records.Any(record => record.IsRecent && record.Ids.Contains(id))
            && !ModelState.Ids.Any(
                other => other != id && (state.Declared[other - 1]?.Path == declared.Path
                    || state.Version[other - 1]?.Path == declared.Path || state.Rows[other - 1] == declared.Path))
            && (state.Rows[id - 1] != declared.Path || state.Version[id - 1]?.Path != declared.Path);

    // One that is not in backoff, is written by nobody, and shares its path with no row that is left alone.
    private static bool IsUnrestored(ModelState state, int id) =>
        state.Rows[id - 1] != state.Version[id - 1]?.Path && !IsLeftAlone(state, id)
            && !ModelState.Ids.Any(other => other != id && state.Rows[other - 1] == state.Version[id - 1]?.Path);

    // An edit clears the flag or leaves it, as Odoo does. Of two endpoints with one path, the older needs no row.
    private static bool IsMisflagged(ModelState state, int id) =>
        state.Declared[id - 1] is { IsFlagged: true } declared && !IsLeftAlone(state, id)
            && state.Version[id - 1] != new ModelRoute(declared.Path, declared.App)
            && !state.Records.Any(record => record.Change == ModelChange.Edit && record.Ids.Contains(id))
            && !ModelState.Ids.Any(other => other != id && state.Declared[other - 1]?.Path == declared.Path);

    private static bool IsLeftAlone(ModelState state, int id) =>
        state.BackedOff[id - 1] || state.Records.Any(record => record.IsRecent && record.Ids.Contains(id));

    private string Way(string key) => _seen[key] is { Before: { } before } step
        ? $"{Way(before)}{step.Step}; "
        : _seen[key].Step;
}
