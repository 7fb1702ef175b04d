using System.Data;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// Foresees what a reload of everything would do, by the same plan as a sync's, in one snapshot that writes nothing and
/// waits for no lock.
/// </summary>
internal sealed class PlanReader(RegistryDatabase database)
{
    private const int MostShown = 100;

    /// <summary>What a reload would do now.</summary>
    /// <param name="cursor">The first key; null for all.</param>
    /// <param name="limit">How many changes at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<RegistryPlan> ReadAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        if (await new Pins(database, connection).FindAsync(cancellationToken) is { Pin: var pin })
        {
            var waiting = await ForeseeAsync(connection, checksAll: true, cancellationToken);
            return waiting.PageUnderPin(database.Name, pin);
        }

        var plan = await ForeseeAsync(connection, checksAll: false, cancellationToken);
        return plan.Page(database.Name, cursor, limit);
    }

    /// <summary>The pin, and what its end would publish.</summary>
    /// <inheritdoc cref="ReadAsync" />
    public async Task<PinDetails> ReadPinAsync(string? cursor, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        if (await new Pins(database, connection).FindAsync(cancellationToken) is not { Pin: var pin })
        {
            return new PinDetails(null, [], null, null);
        }

        var waiting = await ForeseeAsync(connection, checksAll: true, cancellationToken);
        var (changes, next) = waiting.PageOf(cursor, limit);
        return new PinDetails(waiting.Count(pin), changes, waiting.Problem, next);
    }

    /// <summary>The pin with the number of changes that wait; null if there is none.</summary>
    public async Task<Pin?> FindPinAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await FindPinAsync(connection, cancellationToken);
    }

    /// <inheritdoc cref="FindPinAsync(CancellationToken)" />
    public async Task<Pin?> FindPinAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        return await new Pins(database, connection).FindAsync(cancellationToken) is { Pin: var pin }
            ? (await ForeseeAsync(connection, checksAll: true, cancellationToken)).Count(pin)
            : null;
    }

    private async Task<ForeseenReload> ForeseeAsync(
        NpgsqlConnection connection, bool checksAll, CancellationToken cancellationToken)
    {
        var check = await DirtyCheck.ReadAsync(database, connection, ReloadScope.Everything, cancellationToken);
        var (preflight, scan, quarantine) = await SyncPreflight.ReadInSnapshotAsync(
            database, connection, ReloadScope.Everything, check.IsTracked,
            checksAll || check.HasManyEdits, database.Limits.EndpointsPerTransaction, cancellationToken);
        var due = preflight.Due;
        var plan = preflight.Plan.WithoutCollisions(scan.Routes, scan.Reserved(due.Left));
        var touched = plan.EndpointIds.Concat(due.EndpointIds)
            .Concat(preflight.Endpoints.OwnersOf(scan, plan.Writes))
            .Where(id => !due.Keeps(id))
            .Distinct();
        var keys = due.Keys.Where(key => RouteRow.EndpointIdOf(key) is not { } id || !due.Keeps(id));
        var versions = new VersionWriter(database, connection);
        var compared = await versions.CompareAsync(touched, keys, cancellationToken);
        var changes = PlannedChanges.Of(compared, plan, due.Left);
        var (problem, numbers) = await FindProblemAsync(versions, preflight, scan, plan, changes, cancellationToken);
        return new ForeseenReload(
            preflight.State, changes, compared.ToDictionary(
                route => route.Key, route => route.Since, StringComparer.Ordinal),
            preflight.Rejected, quarantine, preflight.EndpointsLeftAlone, problem, numbers);
    }

    private async Task<(ReloadProblem? Problem, MassRemovalNumbers? Numbers)> FindProblemAsync(
        VersionWriter versions, SyncPreflight preflight, EndpointScan scan, SyncPlan plan, List<RouteChange> changes,
        CancellationToken cancellationToken)
    {
        if (preflight.State.Version == RouteVersion.None && !preflight.Requests.Attach
            && FirstSync.ProblemOf(plan, scan) is { } first)
        {
            return (first, null);
        }

        var removed = changes.Count(
            change => change.After is null && RouteRow.EndpointIdOf(change.Key) is { } id
                && preflight.Withdrawn.Contains(id));
        if (removed <= MassRemoval.MostRoutes || database.AllowMassRemoval
            || preflight.Requests.AllowMassRemoval)
        {
            return (null, null);
        }

        var (all, _) = await versions.CountRoutesAsync(preflight.Withdrawn, cancellationToken);
        return MassRemoval.ProblemOf(removed, all) is { } problem
            ? (problem, new MassRemovalNumbers(removed, all))
            : (null, null);
    }

    private sealed record ForeseenReload(
        VersionState State, List<RouteChange> Changes, Dictionary<string, RouteVersion> Since,
        IReadOnlyList<RejectedEndpoint> Rejected, IReadOnlyList<RejectedEndpoint> Quarantine, int Waiting,
        ReloadProblem? Problem, MassRemovalNumbers? MassRemoval)
    {
        public RegistryPlan Page(string registry, string? cursor, int limit)
        {
            var (page, next) = PageOf(cursor, limit);
            var counts = RouteCounts.Of(Changes);
            var entering = Rejected.Except(Quarantine).ToList();
            var released = Quarantine.Select(endpoint => endpoint.Id)
                .Except(Rejected.Select(endpoint => endpoint.Id))
                .ToList();
            return new RegistryPlan
            {
                Registry = registry,
                Version = State.Version,
                Added = counts.Added,
                Changed = counts.Changed,
                Removed = counts.Removed,
                Changes = page,
                Quarantine = [.. entering.Take(MostShown)],
                QuarantineCount = entering.Count,
                Released = [.. released.Take(MostShown)],
                ReleasedCount = released.Count,
                Waiting = Waiting,
                Problem = Problem,
                MassRemoval = MassRemoval,
                Pin = null,
                Next = next,
            };
        }

        // A reload would change nothing.
        public RegistryPlan PageUnderPin(string registry, Pin pin) => new()
        {
            Registry = registry,
            Version = State.Version,
            Added = 0,
            Changed = 0,
            Removed = 0,
            Changes = [],
            Quarantine = [],
            QuarantineCount = 0,
            Released = [],
            ReleasedCount = 0,
            Waiting = Changes.Count,
            Problem = null,
            MassRemoval = null,
            Pin = Count(pin),
            Next = null,
        };

        public Pin Count(Pin pin) => pin with { WaitingChanges = Changes.Count };

        public (IReadOnlyList<RouteDifference> Page, string? Next) PageOf(string? cursor, int limit)
        {
            var rest = Changes.Where(change => string.CompareOrdinal(change.Key, cursor ?? "") >= 0)
                .OrderBy(change => change.Key, StringComparer.Ordinal)
                .Take(limit + 1)
                .ToList();
            var version = VersionWriter.Next(State, Changes).Version;
            return (
                [
                    .. rest.Take(limit).Select(change => new RouteDifference(
                        change.Key, View(change.Before, Since[change.Key]), View(change.After, version))),
                ],
                rest.Count > limit ? rest[limit].Key : null);
        }

        private static RouteView? View(StoredRoute? route, RouteVersion since) => route is null
            ? null
            : new RouteView(route.Key, route.Route, since, route.Opts, route.Routing, route.App);
    }
}
