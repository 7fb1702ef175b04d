using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Process.DatabaseRoles;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>What the doctor finds in silos that are not all well.</summary>
public sealed class DoctorFleetTests
{
    [Fact]
    public async Task Every_silo_is_asked_and_one_that_hangs_is_named()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        await fleet.Database.AddEndpointAsync("orders", "/orders");
        await fleet.ConvergeAsync(fleet.Silos.Silos[0]);
        var well = await CliProcess.RunAsync(fleet.Silos.Silos[0].Address, "doctor");
        Assert.Matches(@"^2 silos asked \(silo-1, silo-2\): ", well.Output);
        Assert.Equal((0, ""), (well.ExitCode, well.Error));

        // While nobody can write there, the other silo does not take it for dead, and it stays a member.
        var ending = TestContext.Current.CancellationToken;
        await using var members = await fleet.Database.Source.OpenConnectionAsync(ending);
        await using var transaction = await members.BeginTransactionAsync(ending);
        await members.ExecuteAsync("lock table orleans.orleansmembershiptable in exclusive mode", ending);
        fleet.Silos.Silos[1].Suspend();
        var ill = await CliProcess.RunAsync(fleet.Silos.Silos[0].Address, "doctor");
        fleet.Silos.Silos[1].Kill();

        Assert.Contains("Silo silo-2 serves version", ill.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"Cure: endpointsync doctor --server {fleet.Silos.Silos[1].Address}", ill.Output, StringComparison.Ordinal);
        Assert.Equal(5, ill.ExitCode);
    }

    [Fact]
    public async Task A_privilege_that_was_revoked_is_an_error_until_it_is_granted_again()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await roles.SucceedsAsync(await roles.PrintAsync("roles", "--cluster"));
        await roles.SucceedsAsync(await roles.PrintAsync("migrate", "--cluster"));
        await using var silo = await SiloProcess.StartAsync(
            new SiloProcessOptions
            {
                ClusterConnectionString = roles.SiloConnection,
                ClusterId = roles.Database.Name,
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Registries:openspp:Schema"] = "public",
                    ["EndpointSync:Sync:PollInterval"] = "1.00:00:00",
                },
            },
            TestContext.Current.CancellationToken);
        await CliProcess.RunAsync(silo.Address, "reload", "openspp");
        await roles.Database.ExecuteAsync($"revoke delete on endpoint_route from {SchemaSql.Quote(roles.Silo)}");

        var ill = await CliProcess.RunAsync(silo.Address, "doctor");
        var grant = ill.Output.Split('\n').Single(line => line.Contains("GRANT DELETE", StringComparison.Ordinal));
        await roles.Database.ExecuteAsync(grant[grant.IndexOf("GRANT", StringComparison.Ordinal)..]);
        var cured = await CliProcess.RunAsync(silo.Address, "doctor");

        Assert.Equal(6, ill.ExitCode);
        Assert.Contains("error: privileges of openspp", ill.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("privileges of", cured.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_is_an_error()
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 1);
        await cluster.Database.ExecuteAsync("alter table endpoint_route rename to endpoint_route_gone");

        var ill = await CliProcess.RunAsync(cluster.Silos.Silos[0].Address, "doctor");

        Assert.Contains("error: database of openspp", ill.Output, StringComparison.Ordinal);
        Assert.Equal(6, ill.ExitCode);
    }

    [Fact]
    public async Task Certificates_that_end_soon_are_found()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo-1", days: 5);
        await certificates.ServerAsync("http", "127.0.0.1");
        var shortLived = await CliProcess.RunAsync(
            new Uri("http://127.0.0.1:9"), "certs", "create", "http", "--role", "server", "--host", "127.0.0.1",
            "--days", "5", "--out", certificates.Folder, "--ca", Path.GetDirectoryName(certificates.AuthorityFile())!,
            "--force");
        Assert.Equal(0, shortLived.ExitCode);
        await using var silo = await ProtectedSilo.StartAsync(database, new Dictionary<string, string>(
            certificates.Settings("silo-1"))
        {
            ["EndpointSync:Http:Certificate"] = certificates.PathOf("http.crt"),
            ["EndpointSync:Http:Key"] = certificates.PathOf("http.key"),
        });

        var report = await CliProcess.RunAsync(silo.Address, ProtectedSilo.AdminEnvironment, "doctor");

        Assert.Contains("warning: certificate of silo-1", report.Output, StringComparison.Ordinal);
        Assert.Contains("warning: https of silo-1", report.Output, StringComparison.Ordinal);
        Assert.Equal(5, report.ExitCode);
    }
}
