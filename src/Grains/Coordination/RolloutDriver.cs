using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Leads rollouts to their end: watches the ring that has the version, gives it to the next one, or takes it back. One
/// silo does it for all registries, and each silo computes which one from the list of active silos. All that a rollout
/// needs is in its row, so the next silo goes on where a dead one stopped. Two that decide at once do no harm: the
/// second decision is of a state that has passed.
/// </summary>
internal sealed partial class RolloutDriver(
    RegistryMap<Registry> registries, RegistryMap<PublishedRegistry> published, ConvergenceWatch convergence,
    RouteTableClient silos, ILocalSiloDetails self, SyncRunner runner, RoutePublisher publisher,
    RollbackWatch rollbacks, TimeProvider clock, ILogger<RolloutDriver> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(registries.All.Select(registry => DriveForeverAsync(registry, stoppingToken)));

    // Whoever leads no rollout waits for one, and for the death of who leads it.
    private async Task DriveForeverAsync(Registry registry, CancellationToken stoppingToken)
    {
        var routes = published.Get(registry.Name).Routes;
        var complaints = new RepeatFilter();
        RingWatch? watch = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = routes.Changed;
            if (routes.Hold is null)
            {
                await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            watch = IsElected ? await TryDriveAsync(registry, watch, complaints, stoppingToken) : null;
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool IsElected => self.SiloAddress.Equals(
        silos.ActiveSilos.Select(silo => silo.SiloAddress).MinBy(
            silo => silo.ToParsableString(), StringComparer.Ordinal));

    private async Task<RingWatch?> TryDriveAsync(
        Registry registry, RingWatch? watch, RepeatFilter complaints, CancellationToken stoppingToken)
    {
        try
        {
            watch = await DriveAsync(registry, watch, stoppingToken);
            complaints.Reset();
            return watch;
        }
        catch (Exception failure)
        {
            if (!stoppingToken.IsCancellationRequested && complaints.IsNew(failure.Message))
            {
                LogNotDriven(registry.Name, failure.Message);
            }

            return watch;
        }
    }

    private async Task<RingWatch?> DriveAsync(Registry registry, RingWatch? watch, CancellationToken stoppingToken)
    {
        if (await registry.Rollouts.FindLatestAsync(stoppingToken) is not { Rollout.IsRunning: true } rollout)
        {
            await published.Get(registry.Name).Routes.PollAsync(stoppingToken);
            return null;
        }

        if (rollout.Rollout.State == RolloutState.TakingBack)
        {
            await TakeBackAsync(registry, rollout.Rollout, stoppingToken);
            return null;
        }

        watch = watch?.IsOf(rollout) == true ? watch : new RingWatch(rollout, clock);
        var subscribers = (await convergence.ListAsync(registry.Name)).Subscribers;
        if (watch.Look(rollout.GivenFor, subscribers) is { } decision
            && await registry.Rollouts.DecideAsync(rollout, decision, stoppingToken))
        {
            await CarryOutAsync(registry, rollout, decision, stoppingToken);
            return null;
        }

        return watch;
    }

    private async Task CarryOutAsync(
        Registry registry, RunningRollout rollout, RingDecision decision, CancellationToken stoppingToken)
    {
        var version = rollout.Rollout.Version;
        if (!decision.Passed)
        {
            LogBroken(registry.Name, version, rollout.Ring, decision.Reason);
            await TakeBackAsync(registry, rollout.Rollout, stoppingToken);
            return;
        }

        if (rollout.IsAtLastRing)
        {
            LogCompleted(registry.Name, version);
        }
        else
        {
            LogGoesOn(registry.Name, version, rollout.Ring, rollout.Rollout.Rings[rollout.Reached].Ring);
        }

        // A hint, as always: each silo reads which rings are given the version.
        publisher.Publish(new RoutePublication(registry.Name, version, Delta: null));
    }

    // No ring is given the version any more, so this may take as long as the lock is busy. The pin that it sets ends
    // the rollout in the same transaction.
    private async Task TakeBackAsync(Registry registry, Rollout rollout, CancellationToken stoppingToken)
    {
        var newest = await registry.Reader.NewestAsync(stoppingToken);
        var answer = await runner.RunAsync(
            registry.Name,
            new PinRequest(
                Guid.NewGuid(), newest.Table.Version, rollout.HeldVersion, rollout.By,
                $"the rollout of version {rollout.Version} was taken back: {rollout.Reason}"));
        if (answer is { Refusal: PinRefusal.None, Receipt.Outcome: ReloadOutcome.Synced })
        {
            LogTakenBack(registry.Name, rollout.Version, rollout.HeldVersion, answer.Receipt.Version);
            rollbacks.WhenServedAsync(registry.Name, answer.Receipt).Ignore();
        }
        else if (answer.Refusal is PinRefusal.NeverMade or PinRefusal.NotKept)
        {
            throw new InvalidOperationException($"version {rollout.HeldVersion} is not kept any more.");
        }
    }

    [LoggerMessage(
        1131, LogLevel.Information,
        "The rollout of version {Version} of {Registry} goes on from ring {Ring} to ring {Next}")]
    private partial void LogGoesOn(string registry, RouteVersion version, string ring, string next);

    [LoggerMessage(
        1132, LogLevel.Information,
        "The rollout of version {Version} of {Registry} is completed: every ring is given it")]
    private partial void LogCompleted(string registry, RouteVersion version);

    [LoggerMessage(
        1133, LogLevel.Warning,
        "Version {Version} of {Registry} is taken back at ring {Ring}: {Reason}")]
    private partial void LogBroken(string registry, RouteVersion version, string ring, LogText reason);

    [LoggerMessage(
        1134, LogLevel.Warning,
        "Version {Version} of {Registry} was taken back. Version {NewVersion} has the table of version {Held}, and the "
        + "registry is pinned to that until somebody unpins it.")]
    private partial void LogTakenBack(
        string registry, RouteVersion version, RouteVersion held, RouteVersion newVersion);

    [LoggerMessage(
        1135, LogLevel.Warning,
        "The rollout of {Registry} makes no progress: {Reason} It is tried again, and no further ring is given the "
        + "version.")]
    private partial void LogNotDriven(string registry, LogText reason);
}
