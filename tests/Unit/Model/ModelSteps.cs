namespace EndpointSync.Tests.Unit.Model;

/// <summary>One atomic step of somebody.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Run">Its effect; null where it is not possible.</param>
/// <param name="IsAsked">Whether it is the reload that somebody asks for.</param>
/// <param name="IsReaction">Whether it is a reaction to routes, undisturbed.</param>
/// <param name="Meanwhile">What others do between its preflight and its lock.</param>
/// <param name="IsOfPin">Whether it sets the pin or ends it.</param>
internal sealed record ModelStep(
    string Name, Func<ModelState, ModelState?> Run, bool IsAsked = false, bool IsReaction = false,
    Func<ModelState, ModelState?>? Meanwhile = null, bool IsOfPin = false)
{
    /// <summary>The state in which its transaction begins.</summary>
    public ModelState Begin(ModelState state) => Meanwhile?.Invoke(state) ?? state;
}

/// <summary>The steps of other writers, of time and of silos.</summary>
internal static class ModelSteps
{
    private static readonly ModelStep[] OfWriters =
    [
        .. ModelState.Ids.SelectMany(id => new[]
        {
            new ModelStep($"edit {id} to /a", state => Edit(state, id, "/a")),
            new ModelStep($"edit {id} to /c", state => Edit(state, id, "/c")),
            new ModelStep($"edit the app of {id}", state => EditApp(state, id)),
            new ModelStep($"set the flag of {id}", state => Flag(state, id)),
            new ModelStep($"delete {id}", state => Delete(state, id)),
            new ModelStep(
                $"delete {id} and its row", state => Delete(state, id) is { } gone ? Write(gone, id, null) : null),
            new ModelStep($"write the row that {id} declares", state => Write(state, id, state.Declared[id - 1]?.Path)),
            new ModelStep($"hijack the row of {id}", state => Write(state, id, "/z")),
            new ModelStep($"delete the row of {id}", state => Write(state, id, null)),
            new ModelStep($"touch the row of {id}", state => Touch(state, id)),
        }),
        new ModelStep("hijack both rows in one statement", HijackBoth),
        new ModelStep("truncate the rows", Truncate),
    ];

    /// <summary>Every step, by some rules.</summary>
    public static ModelStep[] All(ModelRules rules) =>
    [
        .. OfWriters,
        new ModelStep("time passes", TimePasses),
        .. ModelState.Ids.Select(id => new ModelStep($"backoff of {id}", state => BackOff(state, id))),
        new ModelStep("reaction to routes", state => React(state, rules), IsReaction: true),
        .. OfWriters.Select(other => new ModelStep(
            $"reaction to routes, and between its preflight and its lock: {other.Name}",
            state => other.Run(state) is { } changed ? React(state, rules, _ => changed) : null,
            Meanwhile: other.Run)),
        new ModelStep("reaction to routes that fails", state => FailToReact(state, rules)),
        new ModelStep("reaction to routes, and a crash before the bump", state => React(state, rules) is { } done
            && done.Version.SequenceEqual(state.Version) is false ? done with { IsBumpDue = true } : null),
        new ModelStep("reload", state => Reload(state, rules), IsAsked: true),
        new ModelStep("reload that finds the lock busy", state =>
            state with { IsReloadAsked = true, IsSyncPending = true }),
        new ModelStep("poll", state => Poll(state, rules)),
        new ModelStep("rollback to the first table", state => RollBack(state, rules), IsAsked: true, IsOfPin: true),
        new ModelStep("unpin", state => Unpin(state, rules), IsAsked: true, IsOfPin: true),
    ];

    /// <summary>What happens when everybody rests: backoffs end, and everything is reloaded.</summary>
    public static ModelState Rest(ModelState state, ModelRules rules)
    {
        var rested = TimePasses(state) with { BackedOff = [false, false] };
        return Reload(React(Unpin(rested, rules) ?? rested, rules), rules);
    }

    private static ModelState? Edit(ModelState state, int id, string path) =>
        state.Declared[id - 1] is { } old && old.Path == path
            ? null
            : Asked(
                state with
                {
                    Declared = ModelState.Set(
                        state.Declared, id, new ModelEndpoint(path, false, state.Declared[id - 1]?.App ?? 0)),
                },
                id, isAsked: false).Recorded(ModelChange.Edit, id);

    private static ModelState? EditApp(ModelState state, int id) => state.Declared[id - 1] is not { } old
        ? null
        : Asked(
            state with { Declared = ModelState.Set(state.Declared, id, old with { App = 1 - old.App }) }, id,
            isAsked: false).Recorded(ModelChange.Edit, id);

    private static ModelState? Flag(ModelState state, int id) => state.Declared[id - 1] is not { IsFlagged: false } old
        ? null
        : Asked(
            state with { Declared = ModelState.Set(state.Declared, id, old with { IsFlagged = true }) }, id,
            isAsked: true).Recorded(ModelChange.Flag, id);

    private static ModelState? Delete(ModelState state, int id) => state.Declared[id - 1] is null
        ? null
        : Asked(state with { Declared = ModelState.Set(state.Declared, id, null) }, id, isAsked: false)
            .Recorded(ModelChange.Edit, id);

    private static ModelState? Write(ModelState state, int id, string? path) => state.Rows[id - 1] == path
        ? null
        : (state with { Rows = ModelState.Set(state.Rows, id, path) }).Recorded(ModelChange.Rows, id);

    private static ModelState? Touch(ModelState state, int id) =>
        state.Rows[id - 1] is null ? null : state.Recorded(ModelChange.Rows, id);

    private static ModelState? HijackBoth(ModelState state) => state.Rows.Contains(null)
        ? null
        : (state with { Rows = ["/y", "/z"] }).Recorded(ModelChange.Rows, 1, 2);

    private static ModelState? Truncate(ModelState state) =>
        (state with { Rows = [null, null] }).Recorded(ModelChange.AllRows);

    private static ModelState Asked(ModelState state, int id, bool isAsked) =>
        state with { Unasked = ModelState.Set(state.Unasked, id, !isAsked) };

    private static ModelState TimePasses(ModelState state) =>
        state with { Records = [.. state.Records.Select(record => record with { IsRecent = false })] };

    // Which repairs lead to a backoff does not matter here.
    private static ModelState? BackOff(ModelState state, int id) =>
        state with { BackedOff = ModelState.Set(state.BackedOff, id, !state.BackedOff[id - 1]) };

    private static ModelState React(
        ModelState state, ModelRules rules, Func<ModelState, ModelState>? meanwhile = null)
    {
        if (state.IsPinned)
        {
            return ModelSync.RunPinned(meanwhile?.Invoke(state) ?? state, rules, ReloadScope.Routes);
        }

        var done = ModelSync.Run(state, rules, ReloadScope.Routes, meanwhile ?? (same => same));
        return done with
        {
            Unasked = [.. ModelState.Ids.Select(id => done.Unasked[id - 1] && !IsServed(done, id))],
        };
    }

    private static bool IsServed(ModelState state, int id) => state.Declared[id - 1] is { } declared
        ? state.Version[id - 1] == new ModelRoute(declared.Path, declared.App)
        : state.Version[id - 1] is null;

    private static ModelState FailToReact(ModelState state, ModelRules rules) =>
        rules.FailureAsksForEverything ? state with { IsSyncPending = true } : state;

    // The bad version is whatever the newest one is by then.
    private static ModelState RollBack(ModelState state, ModelRules rules) => ModelSync.RunPinned(
        state with { Version = ModelState.Initial.Version, IsPinned = true }, rules, ReloadScope.Everything) with
    {
        // It leaves others' records to the next sync.
        Records = state.Records,
    };

    private static ModelState? Unpin(ModelState state, ModelRules rules) => state.IsPinned
        ? Reload((state with { IsPinned = false }).Recorded(ModelChange.AllRows), rules)
        : null;

    private static ModelState Reload(ModelState state, ModelRules rules) => state.IsPinned
        ? ModelSync.RunPinned(state, rules, ReloadScope.Everything) with
        {
            IsSyncPending = false,
            IsReloadAsked = false,
        }
        : ModelSync.Run(state, rules, ReloadScope.Everything, same => same) with
        {
            IsSyncPending = false,
            IsReloadAsked = false,
            Unasked = [false, false],
        };

    private static ModelState? Poll(ModelState state, ModelRules rules)
    {
        if (state.IsSyncPending || (state.IsBumpDue && rules.BumpAsksForEverything))
        {
            return Reload(state, rules);
        }

        return state.IsBumpDue ? state with { IsBumpDue = false } : null;
    }
}
