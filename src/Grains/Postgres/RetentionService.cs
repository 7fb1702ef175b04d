using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// Deletes what is kept too long, at the start and every hour: in small transactions, so that nobody waits for a large
/// one.
/// </summary>
internal abstract class RetentionService(TimeProvider clock) : BackgroundService
{
    /// <summary>How many rows one transaction deletes.</summary>
    public const int DeletedAtOnce = 1_000;

    /// <summary>The time between two rounds.</summary>
    protected static TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    /// <summary>Deletes everything that is too old, in steps of <see cref="DeletedAtOnce"/>.</summary>
    protected abstract Task DeleteAsync(CancellationToken cancellationToken);

    /// <summary>Reports that nothing more is deleted until the next round.</summary>
    protected abstract void Report(Exception failure);

    /// <summary>Deletes step by step until a step finds nothing more.</summary>
    protected static async Task RepeatAsync(Func<Task<int>> delete)
    {
        while (await delete() >= DeletedAtOnce)
        {
        }
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
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
                Report(failure);
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
