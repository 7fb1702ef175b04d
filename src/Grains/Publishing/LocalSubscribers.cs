using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>This silo and the workers that it knows of, as subscribers.</summary>
internal sealed class LocalSubscribers
{
    private readonly PublishedRegistries _registries;
    private readonly ILocalSiloDetails _silo;
    private readonly IClusterMembershipService _membership;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly long _started;

    public LocalSubscribers(
        PublishedRegistries registries, ILocalSiloDetails silo, IClusterMembershipService membership, IOptions<PublishingOptions> options, TimeProvider clock)
    {
        (_registries, _silo, _membership, _lease, _clock) = (registries, silo, membership, options.Value.WorkerLease, clock);
        _started = clock.GetTimestamp();
    }

    // Where no silo has ever ended, there is none whose workers could be on their way.
    private bool IsSettled => _clock.GetElapsedTime(_started) > _lease || _membership.CurrentSnapshot.Members.Values.All(member => member.Status != SiloStatus.Dead);

    /// <summary>Waits until all of them serve a version. The database is asked first whether what is served is still what it calls by that number.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version; 0 to be answered at once.</param>
    /// <param name="waitFor">Whether workers are among them.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>All of them as they are now.</returns>
    public async Task<SiloReport> WhenServedAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan patience, CancellationToken cancellationToken)
    {
        var published = _registries.Get(registry);
        var begun = _clock.GetTimestamp();
        var doubt = version > RouteVersion.None ? await DoubtAsync(published.Routes, patience, cancellationToken) : null;
        while (true)
        {
            var (routesChanged, workersChanged) = (published.Routes.Changed, published.Workers.Changed);
            var subscribers = List(published, waitFor, doubt);
            var left = patience - _clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero || subscribers.All(subscriber => subscriber.Serves(version)))
            {
                return new SiloReport(subscribers, IsSettled);
            }

            await Task.WhenAny(routesChanged, workersChanged, Task.Delay(left, _clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<string?> DoubtAsync(RegistryRoutes routes, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await routes.PollAsync(cancellationToken).WaitAsync(patience, _clock, cancellationToken);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the database cannot be asked whether this is its newest version: {SqlStates.Describe(failure)?.Detail ?? failure.Message}";
        }
    }

    private List<Subscriber> List(PublishedRegistry published, WaitFor waitFor, string? doubt) =>
        [Self(published.Routes, doubt), .. waitFor == WaitFor.Workers ? published.Workers.List(_silo.Name).Select(worker => Compare(published, worker)) : []];

    // After a backup was restored, a number may be known as another table to a worker that has not been told of the new one yet.
    private static Subscriber Compare(PublishedRegistry published, Subscriber worker)
    {
        if (published.Routes.Image is not { } image || published.Workers.TableOf(worker.Id) is not { } has)
        {
            return worker;
        }

        var other = has.Version > image.Version ? $"it has version {has.Version}, and the newest is {image.Version}"
            : has.Version == image.Version && has != image.Stamp ? $"it has another version {has.Version} than the silo"
            : null;
        return other is null ? worker : worker with { Problem = worker.Problem is { } problem ? $"{problem}; {other}" : other };
    }

    private Subscriber Self(RegistryRoutes routes, string? doubt) => new()
    {
        Kind = SubscriberKind.Silo,
        Name = _silo.Name,
        Id = _silo.SiloAddress.ToParsableString(),
        Silo = _silo.Name,
        Version = routes.Version,
        Since = routes.Since,
        Problem = routes.Problem ?? doubt,
    };
}
