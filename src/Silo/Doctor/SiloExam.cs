using EndpointSync.Grains.Doctor;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Doctor;

/// <summary>What the silo's health checks find, apart from registries, which have an exam of their own.</summary>
internal sealed class SiloExam(HealthCheckService health, ILocalSiloDetails self)
{
    private const string Registries = "registries";

    // The checks' descriptions name what is wrong; these say what to do.
    private static readonly Dictionary<string, string> Cures = new(StringComparer.Ordinal)
    {
        ["silo"] = "See the silo's log; while it starts or stops, wait.",
        ["clock"] = "Synchronize the machines' clocks (NTP).",
        ["routes"] = "See the silo's log, and endpointsync status for each registry.",
        ["certificate"] = "Replace the files of EndpointSync:Cluster:Tls; the silo takes them up while it runs.",
        ["https"] = "Replace the files of EndpointSync:Http:Certificate and Key; the silo takes them up while it runs.",
    };

    /// <summary>What is looked at.</summary>
    public static IReadOnlyList<string> Checks { get; } = [.. Cures.Keys];

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(check => check.Name != Registries, cancellationToken);
        return
        [
            .. report.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy)
                .Select(entry => new Finding(
                    entry.Value.Status == HealthStatus.Degraded ? FindingLevel.Warning : FindingLevel.Error,
                    entry.Key, self.Name, entry.Value.Description ?? $"The check '{entry.Key}' failed.",
                    Cures.GetValueOrDefault(entry.Key))),
        ];
    }
}
