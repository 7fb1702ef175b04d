using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// The guarantee behind every answer without a sync and every lost message. At intervals, each silo checks for a
/// pending sync, a due bump of Odoo's sequence, and a newer version than it serves. So any living silo completes what a
/// dead one left.
/// </summary>
internal sealed partial class RegistryPoll(
    RegistryMap<Registry> registries, RegistryMap<PublishedRegistry> published, ReloadGate gate,
    IOptions<SyncOptions> options, TimeProvider clock,
    SyncTelemetry telemetry, ILogger<RegistryPoll> logger) : BackgroundService
{
    // Each registry has its own loop, so a registry that hangs delays no other.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(registries.All.Select(registry => PollForeverAsync(registry, new RepeatFilter(), stoppingToken)));

    private async Task PollForeverAsync(Registry registry, RepeatFilter complaints, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A lost version is passed by at once.
            var lost = registry.Lost.Recorded;
            await PollAsync(registry, complaints, stoppingToken);
            await Task.WhenAny(
                lost,
                Task.Delay(
                    options.Value.PollInterval * (1 + (Random.Shared.NextDouble() / 2)), clock, stoppingToken));
        }
    }

    private async Task PollAsync(Registry registry, RepeatFilter complaints, CancellationToken stoppingToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        deadline.CancelAfter(options.Value.Deadline);
        try
        {
            await registry.Preparation.EnsureAsync(deadline.Token);
            await ServeNewestVersionAsync(registry, deadline.Token);
            var due = await registry.Status.PendingScopeAsync(deadline.Token);
            if (due is { } scope)
            {
                await gate.ReloadAsync(registry.Name, new ReloadRequest(Scope: scope), stoppingToken);
            }

            await registry.Sequence.BumpAgainAsync(deadline.Token);
            telemetry.RecordPoll(registry.Name, due is null ? PollOutcome.Idle : PollOutcome.Due);
            if (complaints.Reset())
            {
                LogUsable(registry.Name);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops. Pending syncs stay recorded.
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is { } problem)
        {
            telemetry.RecordPoll(registry.Name, PollOutcome.Failed);
            if (SqlStates.IsUnprepared(failure))
            {
                registry.Preparation.Forget();
            }

            if (complaints.IsNew(problem.Detail))
            {
                LogUnusable(registry.Name, problem.Detail);
            }
        }
        catch (Exception failure)
        {
            telemetry.RecordPoll(registry.Name, PollOutcome.Failed);
            LogPollFailed(registry.Name, failure.Message);
        }
    }

    // A silo that cannot build the newest version can still run a sync.
    private async Task ServeNewestVersionAsync(Registry registry, CancellationToken cancellationToken)
    {
        try
        {
            if (await published.Get(registry.Name).Routes.PollAsync(cancellationToken))
            {
                telemetry.RecordHeal(registry.Name);
            }
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is null)
        {
            LogNotBuilt(failure, registry.Name);
        }
    }

    [LoggerMessage(
        1401, LogLevel.Error, "Registry {Registry} cannot be used now: {Detail} Every poll checks it again.")]
    private partial void LogUnusable(string registry, LogText detail);

    [LoggerMessage(
        1403, LogLevel.Warning, "Could not complete the poll of {Registry}: {Detail} The next poll tries again.")]
    private partial void LogPollFailed(string registry, LogText detail);

    [LoggerMessage(
        1404, LogLevel.Error,
        "Could not build the newest version of {Registry}. The silo keeps serving the previous version, and the "
        + "next poll tries again.")]
    private partial void LogNotBuilt(Exception failure, string registry);

    [LoggerMessage(1402, LogLevel.Information, "Registry {Registry} can be used again")]
    private partial void LogUsable(string registry);
}
