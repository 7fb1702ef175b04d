using Microsoft.Extensions.Hosting.Systemd;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Tells systemd that the process is alive, three times in the span after which systemd would restart it. The thread
/// pool has to run for it, and nothing else: an outage of the database restarts no silo.
/// </summary>
internal sealed class SystemdWatchdog(TimeSpan limit, ISystemdNotifier systemd, TimeProvider clock) : BackgroundService
{
    private const int TimesInLimit = 3;

    private static readonly ServiceState Alive = new("WATCHDOG=1");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            systemd.Notify(Alive);
            await Task.Delay(limit / TimesInLimit, clock, stoppingToken);
        }
    }
}
