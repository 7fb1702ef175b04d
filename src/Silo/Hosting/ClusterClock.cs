using EndpointSync.Grains.Hosting;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Measures again and again how far the silo's clock is from the database's, because a clock may drift or be set while
/// the silo runs. The same query finds out that the membership's connections lead to a read-only server.
/// </summary>
internal sealed class ClusterClock(ClusterSettings cluster, IServiceProvider services, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private long _skew;

    /// <summary>How far the silo's clock was ahead when it was measured last; negative if it was behind.</summary>
    public TimeSpan Skew => new(Interlocked.Read(ref _skew));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var skew = await services.MeasureClockSkewAsync(cluster.ConnectionString!, stoppingToken);
                Interlocked.Exchange(ref _skew, skew.Ticks);
            }
            catch (Exception failure) when (
                stoppingToken.IsCancellationRequested || EndpointSyncServices.ProblemOf(failure) is not null)
            {
                // Orleans reports that its database is away; the last measurement stands.
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
