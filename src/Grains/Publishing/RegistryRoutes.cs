using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
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
    private readonly RequestCoalescer<RouteTableId> _newest;
    private readonly RequestCoalescer<bool> _readings;
    private readonly ChangeSignal _changed = new();

    // Guards the fields below. Images are built outside the lock, because others wait for it. A new image is installed
    // only if the one that it was made from is still in place.
    private readonly Lock _turn = new();
    private readonly DeltaLog _deltas = new();
    private volatile State _state = new(null, default, null);

    public RegistryRoutes(Registry registry, TimeProvider clock, ILogger<RegistryRoutes> logger)
    {
        (_registry, _clock, _logger) = (registry, clock, logger);
        _newest = new RequestCoalescer<RouteTableId>(() => registry.Reader.NewestAsync(CancellationToken.None));
        _readings = new RequestCoalescer<bool>(ReadAsync);
    }

    public string Registry => _registry.Name;

    /// <summary>The served image; null until the first read succeeds.</summary>
    public RouteImage? Image => _state.Image;

    /// <summary>The served version; 0 while there is none.</summary>
    public RouteVersion Version => _state.Image?.Version ?? RouteVersion.None;

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
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (Image is not { } image || Problem is not null || await NewestAsync(cancellationToken) != image.TableId)
        {
            await CatchUpAsync(cancellationToken);
        }
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

    /// <summary>The id of the newest table in the database. Concurrent callers share one query.</summary>
    public Task<RouteTableId> NewestAsync(CancellationToken cancellationToken) =>
        _newest.JoinNextAsync(cancellationToken);

    /// <summary>The served image, and the delta from a table to it if that is known here.</summary>
    public (RouteImage? Image, RouteDelta? Delta) From(RouteTableId table)
    {
        lock (_turn)
        {
            return (Image, _deltas.Contains(table) ? _deltas.From(table.Version) : null);
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
            return Image?.TableId == table || _deltas.Contains(table);
        }
    }

    private bool TryApply(RouteDelta delta) =>
        Image is { } image
            && image.Version == delta.From
            && image.TryApply(delta, out var next, out _)
            && TryServe(image, next, delta);

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
        var delta = await _registry.Reader.ReadSinceAsync(from, CancellationToken.None);
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
            return ReadResult.Done;
        }

        return image?.Version == newest.Version ? ReadResult.Moved : Install(image, delta);
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

    private ReadResult Install(RouteImage? image, RouteDelta delta)
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
            : TryServe(image, next!, follows ? delta : null)
            ? ReadResult.Done
            : ReadResult.Moved;
    }

    private bool TryServe(RouteImage? before, RouteImage next, RouteDelta? delta)
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

            _state = new State(next, _clock.GetUtcNow(), null);
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

    private sealed record State(RouteImage? Image, DateTimeOffset Since, string? Problem);
}
