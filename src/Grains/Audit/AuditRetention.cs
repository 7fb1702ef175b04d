using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Audit;

/// <summary>Deletes old entries of the audit.</summary>
internal sealed partial class AuditRetention(
    AuditStore store, IOptions<AuditOptions> options, TimeProvider clock, ILogger<AuditRetention> logger)
    : RetentionService(clock)
{
    protected override Task DeleteAsync(CancellationToken cancellationToken) =>
        RepeatAsync(() => store.DeleteOldAsync(options.Value.Retention, DeletedAtOnce, cancellationToken));

    protected override void Report(Exception failure) => LogNotDeleted(new LogText(failure.Message), Interval);

    [LoggerMessage(
        2033, LogLevel.Warning,
        "Old entries of the audit cannot be deleted: {Reason} The next attempt is in {Interval}")]
    private partial void LogNotDeleted(LogText reason, TimeSpan interval);
}
