using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Audit;

/// <summary>
/// Deletes old entries at the start and every hour, in small transactions, so that nobody waits for a large one.
/// </summary>
internal sealed partial class AuditRetention(
    AuditStore store, IOptions<AuditOptions> options, TimeProvider clock, ILogger<AuditRetention> logger)
    : BackgroundService
{
    private const int DeletedAtOnce = 1_000;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await DeleteAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
            }
            catch (Exception failure)
            {
                LogNotDeleted(new LogText(failure.Message), Interval);
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        int deleted;
        do
        {
            deleted = await store.DeleteOldAsync(options.Value.Retention, DeletedAtOnce, cancellationToken);
        }
        while (deleted == DeletedAtOnce);
    }

    [LoggerMessage(
        2033, LogLevel.Warning,
        "Old entries of the audit cannot be deleted: {Reason} The next attempt is in {Interval}")]
    private partial void LogNotDeleted(LogText reason, TimeSpan interval);
}
