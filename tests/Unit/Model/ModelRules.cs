using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Model;

/// <summary>The rules that the model runs: EndpointSync's own, or with one of the rules that it once had.</summary>
/// <param name="FailureAsksForEverything">A reaction to routes that fails leaves a pending sync of everything.</param>
/// <param name="BumpAsksForEverything">A due bump of Odoo's sequence is a sync of everything.</param>
/// <param name="TouchedIsDue">An endpoint whose rows were touched is due although it waits for a reload.</param>
/// <param name="BackoffPutsOffStatements">A statement that touched a row in backoff is put off as a whole.</param>
/// <param name="PathsInBackoffAreFree">An endpoint in backoff does not keep its path in the version.</param>
internal sealed record ModelRules(
    bool FailureAsksForEverything = false, bool BumpAsksForEverything = false, bool TouchedIsDue = false,
    bool BackoffPutsOffStatements = false, bool PathsInBackoffAreFree = false)
{
    public DueChanges Due(ModelState state, ReloadScope scope)
    {
        var quarantined = ModelState.Ids.Where(id => state.Quarantined[id - 1]).ToList();
        var backedOff = ModelState.Ids.Where(id => state.BackedOff[id - 1]).ToHashSet();
        var recorded = state.Pending();
        if (scope == ReloadScope.Everything)
        {
            return DueChanges.Of(recorded, quarantined, backedOff, scope);
        }

        if (BackoffPutsOffStatements)
        {
            recorded = [.. recorded.Where(change => change.AwaitsReload || !change.Endpoints.Any(backedOff.Contains))];
        }

        return ByPrecedence(DueChanges.Of(recorded, quarantined, backedOff, scope));
    }

    public DueChanges Since(DueChanges found, ModelState now, IReadOnlySet<int> touched) =>
        found.Scope == ReloadScope.Everything ? found : ByPrecedence(found.Since(now.Pending(), touched));

    private DueChanges ByPrecedence(DueChanges due) => TouchedIsDue
        ? due with { Left = due.Left.Except(due.Restored).ToHashSet(), Restored = new HashSet<int>() }
        : due;

    /// <summary>The endpoints whose routes in the version a sync reads, because it may leave them.</summary>
    public IEnumerable<int> Published(ModelState state, IEnumerable<int> ids) =>
        ids.Where(id => state.Version[id - 1] is not null && !(PathsInBackoffAreFree && state.BackedOff[id - 1]));
}
