using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using EndpointSync.Publishing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// One registry's routes in this silo. The invariants: the image is replaced as a whole and only by a newer version; every message says no more
/// than "at least", so it does no harm twice, late or out of order; what no message brought is read from the database.
/// </summary>
internal sealed partial class RegistryRoutes
{
    private readonly Registry _registry;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Flights<bool> _readings;
    private readonly Flights<RouteVersion> _versions;
    private readonly Lock _turn = new();
    private readonly Signal _changed = new();
    private readonly DeltaLog _deltas = new();
    private volatile State _state = new(null, default, null);

    public RegistryRoutes(Registry registry, TimeProvider clock, ILogger<RegistryRoutes> logger)
    {
        (_registry, _clock, _logger) = (registry, clock, logger);
        _readings = new Flights<bool>(_ => ReadAsync());
        _versions = new Flights<RouteVersion>(_ => registry.Reader.NewestAsync(CancellationToken.None));
        Pages = new ImagePages(clock);
    }

    public string Registry => _registry.Name;

    /// <summary>What is served; null until it was read for the first time.</summary>
    public RouteImage? Image => _state.Image;

    /// <summary>The version that is served; 0 until something is.</summary>
    public RouteVersion Version => _state.Image?.Version ?? RouteVersion.None;

    /// <summary>Since when.</summary>
    public DateTimeOffset Since => _state.Since;

    /// <summary>Why no newer version is served though there is one; null if nothing is wrong.</summary>
    public string? Problem => _state.Problem;

    /// <summary>Completes with the next change of any of these; to be taken before they are looked at.</summary>
    public Task Changed => _changed.Next;

    /// <summary>What readers of whole tables get.</summary>
    public ImagePages Pages { get; }

    /// <summary>Takes up a version that it is told of, and returns when it is served or cannot be.</summary>
    public async Task TakeUpAsync(RoutePublication publication, CancellationToken cancellationToken)
    {
        if (publication.Delta is { } delta)
        {
            TryApply(delta);
        }

        if (Image is null || Version < publication.Version)
        {
            await CatchUpAsync(cancellationToken);
        }
    }

    /// <summary>Reads what is new in the database.</summary>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public Task CatchUpAsync(CancellationToken cancellationToken) => _readings.JoinAsync(callers: 1, cancellationToken);

    /// <summary>Reads what is new if the database has another version, or if the last attempt to take one up failed.</summary>
    public async Task PollAsync(CancellationToken cancellationToken)
    {
        if (Image is null || Problem is not null || await NewestAsync(cancellationToken) != Version)
        {
            await CatchUpAsync(cancellationToken);
        }
    }

    /// <summary>The newest version, asked of the database by all who ask now together.</summary>
    public Task<RouteVersion> NewestAsync(CancellationToken cancellationToken) => _versions.JoinAsync(callers: 1, cancellationToken);

    /// <summary>What is served, and what leads there from a version if that is known here.</summary>
    public (RouteImage? Image, RouteDelta? Delta) From(RouteVersion version)
    {
        lock (_turn)
        {
            return (Image, _deltas.From(version));
        }
    }

    private void TryApply(RouteDelta delta)
    {
        lock (_turn)
        {
            if (Image is { } image && image.Version == delta.From && image.TryApply(delta, out var next, out _))
            {
                Serve(next, delta);
            }
        }
    }

    private async Task<bool> ReadAsync()
    {
        try
        {
            await _registry.Preparation.EnsureAsync(CancellationToken.None);
            return await InstallAsync(Version) || await InstallAsync(RouteVersion.None);
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is { } problem)
        {
            Suffer($"the database cannot be read: {problem.Detail}");
            throw;
        }
    }

    private async Task<bool> InstallAsync(RouteVersion from)
    {
        var delta = await _registry.Reader.ReadSinceAsync(from, CancellationToken.None);
        lock (_turn)
        {
            return Install(delta);
        }
    }

    /// <returns>False if only the whole table can help.</returns>
    private bool Install(RouteDelta delta)
    {
        var image = Image ?? RouteImage.Empty;
        if (delta.To < image.Version)
        {
            Refuse($"the database is at version {delta.To}, older than what is served: was a backup restored?");
            return true;
        }

        if (delta.From == RouteVersion.None && image.Version > RouteVersion.None)
        {
            return InstallWhole(image, delta);
        }

        if (Image is not null && delta.To == image.Version && delta.Hash == image.Hash)
        {
            Cure();
            return true;
        }

        // A message may have brought the image further while this was read; what was read is then no longer its continuation.
        if (delta.From != image.Version)
        {
            return delta.To <= image.Version;
        }

        if (image.TryApply(delta, out var next, out var reason))
        {
            Serve(next, delta);
            return true;
        }

        if (delta.From == RouteVersion.None)
        {
            Refuse(reason);
        }

        return delta.From == RouteVersion.None;
    }

    private bool InstallWhole(RouteImage image, RouteDelta whole)
    {
        if (image.TryReplace(whole.To, whole.Hash, [.. whole.Changes.Select(change => change.Route!)], out var next, out var reason))
        {
            _deltas.Clear();
            Serve(next, delta: null);
        }
        else
        {
            Refuse(reason);
        }

        return true;
    }

    private void Serve(RouteImage image, RouteDelta? delta)
    {
        if (delta is not null)
        {
            _deltas.Add(delta);
        }

        _state = new State(image, _clock.GetUtcNow(), null);
        _changed.Raise();
        LogServes(Registry, image.Version, image.Table.Count);
        TellOfProblems(image, delta);
    }

    private void Refuse(string reason)
    {
        if (Suffer(reason))
        {
            LogRefused(Registry, Version, reason);
        }
    }

    private bool Suffer(string reason)
    {
        if (reason == Problem)
        {
            return false;
        }

        _state = _state with { Problem = reason };
        _changed.Raise();
        return true;
    }

    private void Cure()
    {
        if (Problem is not null)
        {
            _state = _state with { Problem = null };
            _changed.Raise();
        }
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
