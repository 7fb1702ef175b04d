using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// One registry's routes in this silo. Three invariants: the image is replaced as a whole, and only by a newer version.
/// A message is only a hint to check, so a late, repeated or reordered one does no harm. The silo reads from the
/// database what no message brought.
/// </summary>
internal sealed partial class RegistryRoutes
{
    // A worker or its file may claim any version. Numbers are passed by this far and no further, so that none runs out.
    private const long MostAhead = 1_000_000;

    private readonly Registry _registry;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RequestCoalescer<NewestTable> _newest;
    private readonly RequestCoalescer<bool> _readings;
    private readonly ChangeSignal _changed = new();

    // Guards the fields below. Images are built outside the lock, because others wait for it. A new image is installed
    // only if the one that it was made from is still in place.
    private readonly Lock _turn = new();
    private readonly DeltaLog _deltas = new();
    private volatile State _state = new(null, default, null, null, null);
    private volatile Announced? _announced;

    public RegistryRoutes(Registry registry, TimeProvider clock, ILogger<RegistryRoutes> logger)
    {
        (_registry, _clock, _logger) = (registry, clock, logger);
        _newest = new RequestCoalescer<NewestTable>(() => registry.Reader.NewestAsync(CancellationToken.None));
        _readings = new RequestCoalescer<bool>(ReadAsync);
    }

    public string Registry => _registry.Name;

    /// <summary>The served image; null until the first read succeeds.</summary>
    public RouteImage? Image => _state.Image;

    /// <summary>The served version; 0 while there is none.</summary>
    public RouteVersion Version => _state.Image?.Version ?? RouteVersion.None;

    /// <summary>
    /// Which rings are given that image, and which one all others keep; null unless a rollout runs.
    /// </summary>
    public RingHold? Hold => _state.Held?.Hold;

    /// <summary>The version that the workers of a ring are given; 0 while there is none.</summary>
    public RouteVersion VersionOf(string ring) => ImageOf(_state, ring)?.Version ?? RouteVersion.None;

    /// <summary>Since when it is served.</summary>
    public DateTimeOffset Since => _state.Since;

    /// <summary>Why no newer version is served although one exists or may exist; null if nothing is wrong.</summary>
    public string? Problem => _state.Problem;

    /// <summary>Completes with the next change of any of these. Take it before you read them.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Takes up a published version, and returns when it is served or cannot be served.</summary>
    /// <returns>The version that is served afterwards.</returns>
    public async Task<RouteVersion> TakeUpAsync(RoutePublication publication, CancellationToken cancellationToken)
    {
        using var span = SyncSpans.StartTakeUp(Registry, publication.Version, publication.Trace);
        _announced = new Announced(publication.Version, TraceParent.Of(span) ?? publication.Trace);
        if (publication.Delta is not { } delta
            || (!TryApply(delta) && Image?.TableId != new RouteTableId(delta.To, delta.Hash)))
        {
            await PollAsync(cancellationToken);
        }

        return Version;
    }

    /// <summary>
    /// Takes up the database's newest table if it is not the one served, or if the last attempt failed.
    /// </summary>
    /// <returns>Whether a newer version than the served one was there.</returns>
    public async Task<bool> PollAsync(CancellationToken cancellationToken)
    {
        var served = Version;
        var state = _state;
        if (state.Image is null || state.Problem is not null || state.Held is { Image: null }
            || await NewestAsync(cancellationToken) != new NewestTable(state.Image.TableId, state.Held?.Hold))
        {
            await CatchUpAsync(cancellationToken);
            return served > RouteVersion.None && Version > served;
        }

        return false;
    }

    /// <summary>
    /// Checks a table that a worker reports. If it is newer than the served one, this silo lags or the database lost
    /// it.
    /// </summary>
    public async Task CheckReportedAsync(RouteTableId table, CancellationToken cancellationToken)
    {
        await PollAsync(cancellationToken);
        if (Image is { } image && LostVersions.IsLost(table, image.TableId)
            && table.Version.Value - image.Version.Value <= MostAhead)
        {
            await _registry.Lost.RecordAsync(table, cancellationToken);
        }
    }

    /// <summary>Reads the changes since the served version from the database.</summary>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task CatchUpAsync(CancellationToken cancellationToken) => _readings.JoinNextAsync(cancellationToken);

    /// <summary>The newest table in the database. Concurrent callers share one query.</summary>
    public Task<NewestTable> NewestAsync(CancellationToken cancellationToken) =>
        _newest.JoinNextAsync(cancellationToken);

    /// <summary>
    /// The image that the workers of a ring are given, the delta from a table to it if that is known here, and the
    /// place in a trace where this silo took it up, if that is traced.
    /// </summary>
    public (RouteImage? Image, RouteDelta? Delta, string? Trace) From(RouteTableId table, string ring)
    {
        lock (_turn)
        {
            var image = ImageOf(_state, ring);
            var delta = image is not null && _deltas.Contains(table) && _deltas.Contains(image.TableId)
                ? _deltas.Between(table.Version, image.Version)
                : null;
            return (image, delta, ReferenceEquals(image, Image) ? _state.Trace : null);
        }
    }

    /// <summary>
    /// Whether a table is the served one or one that came before it here. A number alone does not tell: the database
    /// may have gone back and used it again before anybody noticed.
    /// </summary>
    public bool Knows(RouteTableId table)
    {
        lock (_turn)
        {
            return Image?.TableId == table || Hold?.Held == table || _deltas.Contains(table);
        }
    }

    private bool TryApply(RouteDelta delta) =>
        Image is { } image
            && image.Version == delta.From
            && image.TryApply(delta, out var next, out _)
            && TryServe(image, next, delta, held: null, keepsHold: true);

    private static RouteImage? ImageOf(State state, string ring) =>
        state.Held is { } held && !held.Hold.IsReached(ring) ? held.Image : state.Image;

    private async Task<bool> ReadAsync()
    {
        try
        {
            await _registry.Preparation.EnsureAsync(CancellationToken.None);
            var result = await ReadSinceAsync(Version);
            while (result != ReadResult.Done)
            {
                result = await ReadSinceAsync(result == ReadResult.HashMismatch ? RouteVersion.None : Version);
            }

            return true;
        }
        catch (Exception failure)
        {
            SetProblem($"the database cannot be read: {SqlStates.Describe(failure)?.Detail ?? failure.Message}");
            throw;
        }
    }

    private async Task<ReadResult> ReadSinceAsync(RouteVersion from)
    {
        var before = Image;
        var (delta, hold) = await _registry.Reader.ReadSinceAsync(from, CancellationToken.None);
        var held = hold is null ? null : await FindHeldAsync(hold, before);
        var image = Image;
        var newest = new RouteTableId(delta.To, delta.Hash);
        if (before is not null && LostVersions.IsLost(before.TableId, newest))
        {
            return await PassByAsync(before.TableId, newest);
        }

        // Messages may have advanced the image during this read.
        if (delta.To < Version)
        {
            return ReadResult.Done;
        }

        if (image?.TableId == newest)
        {
            ClearProblem();
            SetHold(image, held);
            return ReadResult.Done;
        }

        return image?.Version == newest.Version ? ReadResult.Moved : Install(image, delta, held);
    }

    // Usually this silo served it a moment ago. One that starts in the middle of a rollout reads it.
    private async Task<HeldTable> FindHeldAsync(RingHold hold, RouteImage? before)
    {
        var known = new[] { before, Image, _state.Held?.Image }.FirstOrDefault(image => image?.TableId == hold.Held);
        if (known is not null)
        {
            return new HeldTable(hold, known);
        }

        var routes = await _registry.Reader.ReadAtAsync(hold.Held.Version, CancellationToken.None);
        if (!RouteImage.Empty.TryReplace(hold.Held.Version, hold.Held.Hash, routes, out var image, out var reason))
        {
            LogNotHeld(Registry, hold.Held.Version, reason);
        }

        return new HeldTable(hold, image);
    }

    // A rollout begins with a version of its own. So which rings are given this image changes only towards more.
    private void SetHold(RouteImage image, HeldTable? held)
    {
        lock (_turn)
        {
            if (!ReferenceEquals(Image, image) || _state.Held == held)
            {
                return;
            }

            _state = _state with { Held = held };
        }

        _changed.Raise();
    }

    // The database went back. Its next version is made larger than the served one, and this silo follows that.
    private async Task<ReadResult> PassByAsync(RouteTableId served, RouteTableId newest)
    {
        if (!await _registry.Lost.RecordAsync(served, CancellationToken.None))
        {
            return ReadResult.Moved;
        }

        Refuse(
            $"the database has lost version {served.Version}, and its newest is another version {newest.Version}: was "
            + "a backup restored, or did a standby take over? A larger version follows by itself");
        return ReadResult.Done;
    }

    private ReadResult Install(RouteImage? image, RouteDelta delta, HeldTable? held)
    {
        var start = image ?? RouteImage.Empty;
        var follows = delta.From == start.Version;
        if (!follows && delta.From != RouteVersion.None)
        {
            return ReadResult.Moved;
        }

        var fits = follows
            ? start.TryApply(delta, out var next, out var reason)
            : start.TryReplace(
                delta.To, delta.Hash, [.. delta.Changes.Select(change => change.Route!)], out next, out reason);
        if (!fits && delta.From == RouteVersion.None)
        {
            Refuse(reason!);
            return ReadResult.Done;
        }

        return !fits
            ? ReadResult.HashMismatch
            : TryServe(image, next!, follows ? delta : null, held)
            ? ReadResult.Done
            : ReadResult.Moved;
    }

    // A message says nothing of rings, and the version that a rollout begins with comes from the database alone. So a
    // message keeps what is known of a rollout.
    private bool TryServe(
        RouteImage? before, RouteImage next, RouteDelta? delta, HeldTable? held, bool keepsHold = false)
    {
        lock (_turn)
        {
            if (!ReferenceEquals(Image, before))
            {
                return false;
            }

            if (delta is null)
            {
                _deltas.Restart(next.TableId);
            }
            else
            {
                _deltas.Add(delta);
            }

            var trace = _announced is { } announced && announced.Version == next.Version ? announced.Trace : null;
            _state = new State(next, _clock.GetUtcNow(), null, trace, keepsHold ? _state.Held : held);
            _registry.Lost.Served(next.TableId);
        }

        _changed.Raise();
        LogServes(Registry, next.Version, next.Table.Count);
        LogProblems(next, delta);
        return true;
    }

    private void Refuse(string reason)
    {
        if (SetProblem(reason))
        {
            LogRefused(Registry, Version, reason);
        }
    }

    private void ClearProblem() => SetProblem(null);

    private bool SetProblem(string? reason)
    {
        lock (_turn)
        {
            if (reason == Problem)
            {
                return false;
            }

            _state = _state with { Problem = reason };
        }

        _changed.Raise();
        return true;
    }

    // After a read of the whole table every problem is new here; after a delta only those of its routes are.
    private void LogProblems(RouteImage image, RouteDelta? delta)
    {
        var changed = delta?.Changes.Select(change => change.Key).ToHashSet(StringComparer.Ordinal);
        var rules = image.Table.Problems.Where(problem => changed?.Contains(problem.Key) != false)
            .Select(problem => (
                problem.Key, Reason: $"'{problem.Text}', position {problem.Position}: {problem.Reason}"));
        var routes = (delta?.Changes.Select(change => change.Route) ?? image.Routes)
            .Where(route => route?.Problem is not null)
            .Select(route => (route!.Key, Reason: route.Problem!));
        FirstFew.Log(
            rules.Concat(routes), route => LogNotRouted(route.Key, Registry, route.Reason),
            more => LogMoreNotRouted(more, Registry));
    }

    [LoggerMessage(1501, LogLevel.Information, "This silo serves version {Version} of {Registry}: {Routes} routes")]
    private partial void LogServes(string registry, RouteVersion version, int routes);

    [LoggerMessage(
        1502, LogLevel.Error,
        "Cannot serve a newer version of {Registry} than {Version}: {Reason}. The silo keeps serving {Version}, "
        + "and every poll tries again.")]
    private partial void LogRefused(string registry, RouteVersion version, LogText reason);

    [LoggerMessage(
        1503, LogLevel.Warning,
        "Route {Key} of {Registry} cannot be served: {Reason}. The other routes are served without it.")]
    private partial void LogNotRouted(LogText key, string registry, LogText reason);

    [LoggerMessage(
        1504, LogLevel.Warning, "{Count} more routes of {Registry} cannot be served. The other routes are served.")]
    private partial void LogMoreNotRouted(int count, string registry);

    [LoggerMessage(
        1130, LogLevel.Error,
        "Cannot give version {Version} of {Registry} to the rings that a rollout has not reached: {Reason}. Their "
        + "workers keep the table that they have, and every poll tries again.")]
    private partial void LogNotHeld(string registry, RouteVersion version, LogText reason);

    private sealed record State(
        RouteImage? Image, DateTimeOffset Since, string? Problem, string? Trace, HeldTable? Held);

    // What the rings keep that a rollout has not reached. Without an image this silo cannot give it to them.
    private sealed record HeldTable(RingHold Hold, RouteImage? Image);

    // The version of the last message, and the place in a trace that came with it.
    private sealed record Announced(RouteVersion Version, string? Trace);
}
