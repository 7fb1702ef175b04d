using EndpointSync.Grains.Doctor;
using EndpointSync.Silo.Doctor;

namespace EndpointSync.Silo.Api;

/// <summary>What one silo finds about itself and the databases.</summary>
/// <param name="Silo">The silo.</param>
/// <param name="Checks">What it looked at.</param>
/// <param name="Findings">What is not as it should be; empty if all is.</param>
internal sealed record DoctorReport(string Silo, IReadOnlyList<string> Checks, IReadOnlyList<Finding> Findings);

/// <summary>Says what is not as it should be, and what to do about it.</summary>
internal static class DoctorApi
{
    public static void MapDoctor(this RouteGroupBuilder doctor) => doctor.MapRead("/", ReportAsync);

    // It reads whole registries: whoever asks for it all the time is a burden.
    [EndpointName("getDoctorReport")]
    [EndpointSummary("What this silo finds wrong with itself and the databases, each with its cure")]
    private static async Task<DoctorReport> ReportAsync(
        SiloExam silo, ClusterExam cluster, RegistryExam registries, ILocalSiloDetails self,
        CancellationToken cancellationToken)
    {
        var findings = await Task.WhenAll(
            silo.ExamineAsync(cancellationToken), cluster.ExamineAsync(cancellationToken),
            registries.ExamineAsync(cancellationToken));
        return new DoctorReport(
            self.Name, [.. SiloExam.Checks, .. ClusterExam.Checks, .. RegistryExam.Checks],
            [.. findings.SelectMany(found => found)]);
    }
}
