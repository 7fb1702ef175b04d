using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Events;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Coordination;

/// <summary>Deletes old versions and events of every registry.</summary>
internal sealed partial class HistoryRetention(
    RegistryMap<Registry> registries, IOptions<HistoryOptions> options, TimeProvider clock,
    ILogger<HistoryRetention> logger)
    : RetentionService(clock)
{
    // A registry whose database is away does not keep the others waiting.
    protected override Task DeleteAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(registries.All.Select(registry => DeleteAsync(registry, cancellationToken)));

    protected override void Report(Exception failure) => LogNotDeleted(new LogText(failure.Message), Interval);

    private async Task DeleteAsync(Registry registry, CancellationToken cancellationToken)
    {
        await registry.Preparation.EnsureAsync(cancellationToken);
        await RepeatAsync(() => registry.History.DeleteOldAsync(
            options.Value.Retention, options.Value.MostVersions, DeletedAtOnce, cancellationToken));
        var events = new EventStore(registry.Database);
        await RepeatAsync(() => events.DeleteOldAsync(
            options.Value.Retention, options.Value.MostEvents, DeletedAtOnce, cancellationToken));
    }

    [LoggerMessage(
        1120, LogLevel.Warning, "Old versions or events cannot be deleted: {Reason} The next attempt is in {Interval}")]
    private partial void LogNotDeleted(LogText reason, TimeSpan interval);
}
