using System.Diagnostics;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Tests.Process;

/// <summary>What clients of the grains do leaves its row in the audit, as what is asked for over HTTP does.</summary>
public sealed class ClientAuditTests
{
    private const int Clients = 6;

    [Fact]
    public async Task A_reload_by_grain_leaves_a_row_whichever_silos_have_the_client_and_the_grain()
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 2);
        using var request = new Activity("a request of the application").Start();

        for (var client = 0; client < Clients; client++)
        {
            await cluster.Database.AddEndpointAsync($"e{client}", $"/e{client}");
            await using var app = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
            Assert.True((await app.ReloadAsync()).InSync);
        }

        // The coordinator lives in one silo, and the clients are connected to either. On a busy machine a client asks
        // twice, and both calls may share a sync.
        await cluster.Membership.UntilAsync(
            $"""
             select count(distinct version) = {Clients} and min(version) = 1 and max(version) = {Clients}
             from orleans.audit
             where principal = 'client' and role = 'client' and address = '127.0.0.1' and registry = 'openspp'
               and operation = 'reloadRegistry' and outcome = 'Done' and detail = 'Synced'
               and request_id = '{request.TraceId.ToHexString()}' and occurred_at > now() - interval '5 minutes'
             """,
            "a row for each client's version");
        Assert.Equal(0, await cluster.Membership.ScalarAsync<long>(
            "select count(*) from orleans.audit where principal <> 'client' or address is null"));
    }

    [Fact]
    public async Task Reloads_that_changed_nothing_share_a_row_and_a_failed_one_has_its_reason()
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 1);
        await using var app = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(ReloadOutcome.UpToDate, (await app.ReloadAsync()).Outcome);
        }

        await cluster.Database.ExecuteAsync("alter table fastapi_endpoint rename to away");
        Assert.Equal(ReloadOutcome.Failed, (await app.ReloadAsync()).Outcome);
        await Assert.ThrowsAsync<UnknownRegistryException>(() => app.ReloadAsync("unknown"));
        await cluster.Silos.Silos[0].StopAsync();

        // One more if the client asked again, because this machine was busy.
        Assert.Equal(
            ["1 row Done openspp UpToDate", "1 row Failed openspp A", "1 row Refused unknown Registry"],
            await cluster.Membership.ListAsync(
                "select concat_ws(' ', count(*), 'row', outcome, registry, min(split_part(detail, ' ', 1))) "
                + "from orleans.audit group by outcome, registry order by outcome"));
        Assert.InRange(
            await cluster.Membership.ScalarAsync<long>("select count from orleans.audit where outcome = 'Done'"),
            20, 30);
    }

    [Fact]
    public async Task A_client_is_called_by_the_name_in_its_certificate_and_what_it_may_not_call_is_recorded()
    {
        using var certificates = await TestCertificates.CreateAsync();
        await certificates.SiloAsync("silo");
        await certificates.ClientAsync("back-end");
        await using var database = await TestDatabase.CreateAsync();
        await database.AddEndpointAsync("a", "/a");
        await using var silo = await SiloProcess.StartAsync(
            Options(database, certificates), TestContext.Current.CancellationToken);
        await using var app = new ClientHost(
            database.ConnectionString,
            new Dictionary<string, string?>(certificates.ClientSettings("back-end"))
            {
                ["EndpointSync:Cluster:ClusterId"] = database.Name,
            });
        await app.StartAsync();

        await app.ReloadAsync();
        var management = app.Application.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(() => management.GetHosts());
        await database.UntilAsync(
            "select count(distinct operation) = 2 from orleans.audit where principal = 'client:back-end'", "both rows");

        var shown = await CliProcess.RunAsync(silo.Address, "audit", "--principal", "client:back-end");
        Assert.Equal((0, ""), (shown.ExitCode, shown.Error));
        Assert.Matches(
            @"(?m) client:back-end +client +127\.0\.0\.1 +reloadRegistry +openspp +1 +1 +done: Synced", shown.Output);
        Assert.Matches(
            @"(?m) client:back-end +client +127\.0\.0\.1 +callGrain +\S*IManagementGrain +1 +refused: The interface",
            shown.Output);
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
