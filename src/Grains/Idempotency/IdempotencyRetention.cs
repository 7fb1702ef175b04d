using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Idempotency;

/// <summary>Deletes idempotency keys that have run out.</summary>
internal sealed partial class IdempotencyRetention(
    IdempotencyStore store, TimeProvider clock, ILogger<IdempotencyRetention> logger)
    : RetentionService(clock)
{
    protected override Task DeleteAsync(CancellationToken cancellationToken) =>
        RepeatAsync(() => store.DeleteOldAsync(DeletedAtOnce, cancellationToken));

    protected override void Report(Exception failure) => LogNotDeleted(new LogText(failure.Message), Interval);

    [LoggerMessage(
        1143, LogLevel.Warning,
        "Old idempotency keys cannot be deleted: {Reason} The next attempt is in {Interval}")]
    private partial void LogNotDeleted(LogText reason, TimeSpan interval);
}
