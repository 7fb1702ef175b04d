using System.Globalization;
using Microsoft.Extensions.Hosting.Systemd;

namespace EndpointSync.Silo.Hosting;

/// <summary>Makes the silo a service of systemd, if systemd has started it: <c>Type=notify</c>.</summary>
internal static class SystemdRegistration
{
    private const string Limit = "WATCHDOG_USEC";

    public static void AddSystemd(this WebApplicationBuilder builder)
    {
        builder.Services.AddSystemd();
        if (SystemdHelpers.IsSystemdService()
            && long.TryParse(
                Environment.GetEnvironmentVariable(Limit), CultureInfo.InvariantCulture, out var microseconds))
        {
            builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<SystemdWatchdog>(
                provider, TimeSpan.FromMicroseconds(microseconds)));
        }
    }
}
