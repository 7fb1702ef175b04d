using System.Collections.Concurrent;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Registries;

/// <summary>
/// The guarantee behind every answer without a sync and every message that is lost: each silo looks now and then whether a registry is owed a sync,
/// or a draw of Odoo's sequence, and sees to it, and whether there is a newer version than it serves. So what a lost silo or activation left
/// behind is taken up by whoever is there.
/// </summary>
internal sealed partial class RegistryPoll(
    RegistryCatalog catalog, PublishedRegistries published, ReloadGate gate, IOptions<SyncOptions> options, TimeProvider clock, ILogger<RegistryPoll> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, string> _complaints = new(StringComparer.Ordinal);

    // Each registry has a loop of its own, so that one that hangs holds up no other.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(catalog.All.Select(registry => PollForeverAsync(registry, stoppingToken)));

    private async Task PollForeverAsync(Registry registry, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await PollAsync(registry, stoppingToken);
            await Task.Delay(options.Value.PollInterval * (1 + (Random.Shared.NextDouble() / 2)), clock, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PollAsync(Registry registry, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.Deadline);
        try
        {
            await registry.Preparation.EnsureAsync(patience.Token);
            await LookForVersionAsync(registry, patience.Token);
            if (await registry.Status.OwedAsync(patience.Token) is { } scope)
            {
                await gate.ReloadAsync(registry.Name, new ReloadRequest(Scope: scope), cancellationToken);
            }

            await registry.Sequence.SettleAsync(patience.Token);
            if (_complaints.TryRemove(registry.Name, out _))
            {
                LogUsable(registry.Name);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The silo stops; whatever is owed is owed still.
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is { } problem)
        {
            if (SqlStates.IsUnprepared(failure))
            {
                registry.Preparation.Forget();
            }
            Complain(registry.Name, problem.Detail);
        }
        catch (Exception failure)
        {
            LogPollFailed(registry.Name, failure.Message);
        }
    }

    // A version that this silo cannot build is no reason to leave a sync to others.
    private async Task LookForVersionAsync(Registry registry, CancellationToken cancellationToken)
    {
        try
        {
            await published.Get(registry.Name).Routes.PollAsync(cancellationToken);
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is null)
        {
            LogNotBuilt(failure, registry.Name);
        }
    }

    // Said once, not with every poll, until something else is wrong.
    private void Complain(string registry, string detail)
    {
        if (_complaints.TryGetValue(registry, out var known) && known == detail)
        {
            return;
        }

        _complaints[registry] = detail;
        LogUnusable(registry, detail);
    }

    [LoggerMessage(1401, LogLevel.Error, "Registry {Registry} cannot be used now: {Detail} It is looked at again with every poll.")]
    private partial void LogUnusable(string registry, string detail);

    [LoggerMessage(1403, LogLevel.Warning, "The owed sync of {Registry} was not answered: {Detail} The next poll asks again.")]
    private partial void LogPollFailed(string registry, string detail);

    [LoggerMessage(1404, LogLevel.Error, "The newest version of {Registry} could not be built; the version before is served on, and the next poll tries again")]
    private partial void LogNotBuilt(Exception failure, string registry);

    [LoggerMessage(1402, LogLevel.Information, "Registry {Registry} can be used again")]
    private partial void LogUsable(string registry);
}
