using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Foreign;

/// <summary>
/// Watches one database for the whole cluster, for as long as this silo is the one to do it. It listens; after each connect, and now and then, it has
/// everything looked at, because what was told while nobody listened is lost. Nothing depends on it but speed: where it hears nothing, polls do the work.
/// </summary>
internal sealed partial class DatabaseWatch(
    ListenedDatabase database, IReadOnlyList<Registry> registries, ReloadGate gate, IOptions<SyncOptions> options, TimeProvider clock,
    ILogger<DatabaseWatch> logger)
{
    private readonly List<RegistryHints> _hints = [.. registries.Select(registry => new RegistryHints(registry, gate, logger))];
    private readonly RetryDelays _delays = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30));
    private string? _complaint;
    private int _failures;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll([
            .. _hints.Select(hints => hints.FollowAsync(cancellationToken)), ListenForeverAsync(cancellationToken), CheckForeverAsync(cancellationToken)]);
    }

    private async Task ListenForeverAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                Complain(SqlStates.Describe(failure)?.Detail ?? failure.Message);
            }

            await Task.Delay(_delays.Before(_failures++), clock, cancellationToken);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var listener = await ChangeListener.OpenAsync(database, cancellationToken);
        LogListens(database.Key);
        (_complaint, _failures) = (null, 0);
        await CheckAsync(cancellationToken);
        while (true)
        {
            var messages = await listener.HearAsync(options.Value.ListenKeepAlive, cancellationToken);
            foreach (var message in messages)
            {
                _hints.ForEach(hints => hints.Take(message));
            }

            if (messages.Count == 0)
            {
                await listener.ProbeAsync(cancellationToken);
            }
        }
    }

    private async Task CheckForeverAsync(CancellationToken cancellationToken)
    {
        long? last = null;
        while (true)
        {
            await Task.Delay(options.Value.PollInterval * (1 + (Random.Shared.NextDouble() / 2)), clock, cancellationToken);
            var isTime = last is not { } before || clock.GetElapsedTime(before) > options.Value.FullCheckInterval;
            last = isTime ? clock.GetTimestamp() : last;
            await Task.WhenAll(_hints.Select(hints => CheckAsync(hints, isTime, cancellationToken)));
        }
    }

    private Task CheckAsync(CancellationToken cancellationToken) => Task.WhenAll(_hints.Select(hints => CheckAsync(hints, isTime: true, cancellationToken)));

    // Where triggers note changes, a check is asked for now and then; where they do not, each look is one, and this is the poll that does the work.
    private async Task CheckAsync(RegistryHints hints, bool isTime, CancellationToken cancellationToken)
    {
        try
        {
            await hints.Registry.Preparation.EnsureAsync(cancellationToken);
            if (!await hints.Registry.Tracking.EnsureAsync(cancellationToken))
            {
                hints.Give();
            }
            else if (isTime)
            {
                await hints.Registry.Tracking.CheckAllAsync(cancellationToken);
                hints.Give();
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Complain(SqlStates.Describe(failure)?.Detail ?? failure.Message);
        }
    }

    // Said once, not with every attempt, until something else is wrong.
    private void Complain(string reason)
    {
        if (Interlocked.Exchange(ref _complaint, reason) != reason)
        {
            LogDeaf(database.Key, reason);
        }
    }

    [LoggerMessage(1703, LogLevel.Information, "This silo listens to database {Database} for the cluster")]
    private partial void LogListens(string database);

    [LoggerMessage(1704, LogLevel.Warning, "Changes of database {Database} by other writers are not told now: {Reason} Polls find them, and it is tried again.")]
    private partial void LogDeaf(string database, string reason);
}
