using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>Certificates are replaced while silos and clients run.</summary>
public sealed class RotationTests
{
    private const string Changed = "New connections of the cluster use the changed certificate";
    private const string Unusable = "The changed certificate files cannot be used";

    [Fact]
    public async Task Changed_files_are_taken_up_and_a_pair_that_does_not_fit_is_not()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo", days: 30);
        await certificates.ClientAsync("app");
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Options(database, certificates), TestContext.Current.CancellationToken);
        var old = await File.ReadAllTextAsync(certificates.PathOf("silo.key"), TestContext.Current.CancellationToken);

        await certificates.SiloAsync("silo", days: 60);
        await silo.WaitForOutputAsync(Changed).Within("the new certificate");
        Assert.DoesNotContain(Unusable, silo.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(certificates.PathOf("silo.key"), old, TestContext.Current.CancellationToken);
        await silo.WaitForOutputAsync(Unusable).Within("the complaint about the pair");
        await using var app = new ClientHost(
            database.ConnectionString,
            new Dictionary<string, string?>(certificates.ClientSettings("app"))
            {
                ["EndpointSync:Cluster:ClusterId"] = database.Name,
            });
        await app.StartAsync();

        Assert.Equal(ReloadOutcome.UpToDate, (await app.ReloadAsync(Fleet.Registry)).Outcome);
        var health = await HealthAsync(silo);
        Assert.Contains("\"certificate\":{\"status\":\"Degraded\"", health, StringComparison.Ordinal);
        Assert.Contains("is not the private key of the certificate", health, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_ends_within_two_weeks_is_warned_of_and_shown_in_health()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo", days: 13);
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Options(database, certificates), TestContext.Current.CancellationToken);

        await silo.WaitForOutputAsync("The certificate 'CN=silo' of this process ends at ").Within("the warning");
        Assert.Contains("\"certificate\":{\"status\":\"Degraded\"", await HealthAsync(silo), StringComparison.Ordinal);

        await certificates.SiloAsync("silo", days: 15);
        await silo.WaitForOutputAsync(Changed).Within("the new certificate");
        Assert.Contains("\"certificate\":{\"status\":\"Healthy\"", await HealthAsync(silo), StringComparison.Ordinal);
    }

    private static async Task<string> HealthAsync(SiloProcess silo)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        return await http.GetStringAsync(
            new Uri("health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    private static SiloProcessOptions Options(TestDatabase database, TestCertificates certificates)
    {
        var options = Fleet.Options(database);
        return options with
        {
            Configuration = options.Configuration.Concat(certificates.Settings("silo")).ToDictionary(),
        };
    }
}
