using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// One registry's routes in this silo. The invariants: the image is replaced as a whole and only by a newer version; every message says no more
/// than "look", so it does no harm twice, late or out of order; what no message brought is read from the database.
/// </summary>
internal sealed partial class RegistryRoutes
{
    private readonly Registry _registry;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Flights<RouteStamp> _looks;
    private readonly Flights<bool> _readings;
    private readonly Signal _changed = new();

    // Guards what follows it. Images are built outside, because others wait for it, and put in place only if the one they were made from is there still.
    private readonly Lock _turn = new();
    private readonly DeltaLog _deltas = new();
    private volatile State _state = new(null, default, null);

    public RegistryRoutes(Registry registry, TimeProvider clock, ILogger<RegistryRoutes> logger)
    {
        (_registry, _clock, _logger) = (registry, clock, logger);
        _looks = new Flights<RouteStamp>(_ => registry.Reader.NewestAsync(CancellationToken.None));
        _readings = new Flights<bool>(_ => ReadAsync());
        Pages = new ImagePages(clock);
    }

    public string Registry => _registry.Name;

    /// <summary>What is served; null until it was read for the first time.</summary>
    public RouteImage? Image => _state.Image;

    /// <summary>The version that is served; 0 until something is.</summary>
    public RouteVersion Version => _state.Image?.Version ?? RouteVersion.None;

    /// <summary>Since when.</summary>
    public DateTimeOffset Since => _state.Since;

    /// <summary>Why no newer version is served though there is one, or may be; null if nothing is wrong.</summary>
    public string? Problem => _state.Problem;

    /// <summary>Completes with the next change of any of these; to be taken before they are looked at.</summary>
    public Task Changed => _changed.Next;

    /// <summary>What readers of whole tables get.</summary>
    public ImagePages Pages { get; }

    /// <summary>Takes up a version that it is told of, and returns when it is served or cannot be.</summary>
    /// <returns>The version that is served then.</returns>
    public async Task<RouteVersion> TakeUpAsync(RoutePublication publication, CancellationToken cancellationToken)
    {
        if (publication.Delta is not { } delta || (!TryApply(delta) && Image?.Stamp != new RouteStamp(delta.To, delta.Hash)))
        {
            await PollAsync(cancellationToken);
        }

        return Version;
    }

    /// <summary>Takes up what the database has, if that is another table than the one served or if the last attempt failed.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (Image is not { } image || Problem is not null || await NewestAsync(cancellationToken) != image.Stamp)
        {
            await CatchUpAsync(cancellationToken);
        }
    }

    /// <summary>Reads what is new in the database.</summary>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task CatchUpAsync(CancellationToken cancellationToken) => _readings.JoinAsync(callers: 1, cancellationToken);

    /// <summary>The newest table, asked of the database by all who ask now together.</summary>
    public Task<RouteStamp> NewestAsync(CancellationToken cancellationToken) => _looks.JoinAsync(callers: 1, cancellationToken);

    /// <summary>What is served, and what leads there from a version if that is known here.</summary>
    public (RouteImage? Image, RouteDelta? Delta) From(RouteVersion version)
    {
        lock (_turn)
        {
            return (Image, _deltas.From(version));
        }
    }

    private bool TryApply(RouteDelta delta) =>
        Image is { } image && image.Version == delta.From && image.TryApply(delta, out var next, out _) && TryServe(image, next, delta);

    private async Task<bool> ReadAsync()
    {
        try
        {
            await _registry.Preparation.EnsureAsync(CancellationToken.None);
            var from = Version;
            for (var end = ReadingEnd.Moved; end != ReadingEnd.Done; from = end == ReadingEnd.Misfit ? RouteVersion.None : Version)
            {
                end = await ReadSinceAsync(from);
            }

            return true;
        }
        catch (Exception failure)
        {
            Suffer($"the database cannot be read: {SqlStates.Describe(failure)?.Detail ?? failure.Message}");
            throw;
        }
    }

    private async Task<ReadingEnd> ReadSinceAsync(RouteVersion from)
    {
        var before = Version;
        var delta = await _registry.Reader.ReadSinceAsync(from, CancellationToken.None);
        var image = Image;
        if (delta.To < before)
        {
            Refuse($"the database is at version {delta.To}, older than what is served: was a backup restored?");
            return ReadingEnd.Done;
        }

        // Messages may have brought the image further while this was read.
        if (delta.To < Version)
        {
            return ReadingEnd.Done;
        }

        if (image?.Stamp == new RouteStamp(delta.To, delta.Hash))
        {
            Cure();
            return ReadingEnd.Done;
        }

        return Install(image, delta);
    }

    private ReadingEnd Install(RouteImage? image, RouteDelta delta)
    {
        var start = image ?? RouteImage.Empty;
        var follows = delta.From == start.Version;
        if (!follows && delta.From != RouteVersion.None)
        {
            return ReadingEnd.Moved;
        }

        var fits = follows
            ? start.TryApply(delta, out var next, out var reason)
            : start.TryReplace(delta.To, delta.Hash, [.. delta.Changes.Select(change => change.Route!)], out next, out reason);
        if (!fits && delta.From == RouteVersion.None)
        {
            Refuse(reason!);
            return ReadingEnd.Done;
        }

        return !fits ? ReadingEnd.Misfit : TryServe(image, next!, follows ? delta : null) ? ReadingEnd.Done : ReadingEnd.Moved;
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
                _deltas.Clear();
            }
            else
            {
                _deltas.Add(delta);
            }

            _state = new State(next, _clock.GetUtcNow(), null);
        }

        _changed.Raise();
        LogServes(Registry, next.Version, next.Table.Count);
        TellOfProblems(next, delta);
        return true;
    }

    private void Refuse(string reason)
    {
        if (Suffer(reason))
        {
            LogRefused(Registry, Version, reason);
        }
    }

    private void Cure() => Suffer(null);

    private bool Suffer(string? reason)
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

    // Of a version that was read as a whole every problem is new here, of a delta only those of its routes are.
    private void TellOfProblems(RouteImage image, RouteDelta? delta)
    {
        var changed = delta?.Changes.Select(change => change.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var problem in image.Table.Problems.Where(problem => changed?.Contains(problem.Key) != false))
        {
            LogNotRouted(problem.Key, Registry, $"'{problem.Text}', position {problem.Position}: {problem.Reason}");
        }

        foreach (var route in (delta?.Changes.Select(change => change.Route) ?? image.Routes).Where(route => route?.Problem is not null))
        {
            LogNotRouted(route!.Key, Registry, route.Problem!);
        }
    }

    [LoggerMessage(1501, LogLevel.Information, "This silo serves version {Version} of {Registry}: {Routes} routes")]
    private partial void LogServes(string registry, RouteVersion version, int routes);

    [LoggerMessage(1502, LogLevel.Error, "A newer version of {Registry} than {Version} is not served: {Reason}. The version before is served on, and every poll tries again.")]
    private partial void LogRefused(string registry, RouteVersion version, string reason);

    [LoggerMessage(1503, LogLevel.Warning, "Route {Key} of {Registry} answers nothing: {Reason}. The other routes are served without it.")]
    private partial void LogNotRouted(string key, string registry, string reason);

    private sealed record State(RouteImage? Image, DateTimeOffset Since, string? Problem);
}
