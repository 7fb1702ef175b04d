using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Wire;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Publishing;

/// <summary>This silo and the workers that it knows, as subscribers.</summary>
internal sealed class LocalSubscribers
{
    private readonly RegistryMap<PublishedRegistry> _registries;
    private readonly ILocalSiloDetails _silo;
    private readonly IClusterMembershipService _membership;
    private readonly TimeSpan _lease;
    private readonly TimeProvider _clock;
    private readonly long _started;

    public LocalSubscribers(
        RegistryMap<PublishedRegistry> registries, ILocalSiloDetails silo, IClusterMembershipService membership,
        IOptions<PublishingOptions> options, TimeProvider clock)
    {
        (_registries,
            _silo, _membership, _lease, _clock) = (registries, silo, membership, options.Value.WorkerLease, clock);
        _started = clock.GetTimestamp();
    }

    // Workers of a dead silo may still be on their way to another one. Where no silo has died, there are none.
    private bool KnowsAllWorkers =>
        _clock.GetElapsedTime(_started) > _lease
            || _membership.CurrentSnapshot.Members.Values.All(member => member.Status != SiloStatus.Dead);

    /// <summary>
    /// Waits until all subscribers serve a version. First checks in the database that the served table is still the one
    /// with that number.
    /// </summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="version">The version; 0 returns at once.</param>
    /// <param name="waitFor">Whether workers count too.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The subscribers as they are now.</returns>
    public async Task<SiloReport> WhenServedAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var published = _registries.Get(registry);
        var begun = _clock.GetTimestamp();
        var doubt = version > RouteVersion.None ? await DoubtAsync(published.Routes, timeout, cancellationToken) : null;
        while (true)
        {
            var (routesChanged, workersChanged) = (published.Routes.Changed, published.Workers.Changed);
            var subscribers = List(published, waitFor, doubt);
            var left = timeout - _clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero || subscribers.All(subscriber => subscriber.Serves(version)))
            {
                return new SiloReport(subscribers, KnowsAllWorkers);
            }

            await Task.WhenAny(routesChanged, workersChanged, Task.Delay(left, _clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<string?> DoubtAsync(RegistryRoutes routes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await routes.PollAsync(cancellationToken).WaitAsync(timeout, _clock, cancellationToken);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            var detail = SqlStates.Describe(failure)?.Detail ?? failure.Message;
            return $"cannot verify in the database that this is its newest version: {detail}";
        }
    }

    private List<Subscriber> List(PublishedRegistry published, WaitFor waitFor, string? doubt) =>
        [
            Self(published.Routes, doubt),
            .. waitFor == WaitFor.Workers
                ? published.Workers.List(_silo.Name).Select(worker => Compare(published, worker))
                : []];

    // After the database went back, a worker may hold a table that is no part of the silo's history, whatever its
    // number, until it takes up the next version.
    private static Subscriber Compare(PublishedRegistry published, Subscriber worker)
    {
        if (published.Routes.Image is not { } image || published.Workers.TableOf(worker.Id) is not { } has)
        {
            return worker;
        }

        var other = has.Version > image.Version ? $"it has version {has.Version}, but the newest is {image.Version}"
            : has.Version > RouteVersion.None && !published.Routes.Knows(has)
            ? $"its table of version {has.Version} differs from the silo's"
            : null;
        return other is null
            ? worker
            : worker with { Problem = worker.Problem is { } problem ? $"{problem}; {other}" : other };
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
