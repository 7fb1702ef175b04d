using System.Globalization;
using System.Text.RegularExpressions;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// A coordinator's silo is killed, or frozen and thawed, at the steps of a sync where that could do harm.
/// </summary>
public sealed partial class LostAtStepTests(ITestOutputHelper output)
{
    private const string InTheMiddle = "before insert on endpoint_route";
    private const string BeforePublication = "after update of bumped_version on endpoint_sync.state";
    private const string BeforeBump = "before update of bumped_version on endpoint_sync.state";

    private const string OrphanLocks =
        """
        select count(*) from pg_locks
        where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
        """;

    [Theory]
    [InlineData(InTheMiddle, true)]
    [InlineData(BeforePublication, true)]
    [InlineData(BeforeBump, false)]
    public async Task Others_work_without_a_silo_that_freezes_at_a_step_and_it_does_no_harm_when_it_thaws(
        string step, bool passes)
    {
        await using var fleet = await Silos.StartAsync();
        await using var worker = await StartWorkerAsync(fleet);
        var (frozen, others) = await LoseAtAsync(fleet, Loss.Frozen, step, passes);
        await fleet.DeclareAsync("payments");
        Assert.Equal(new RouteVersion(3), (await fleet.ReloadAsync(others[0])).Version);

        frozen.Resume();
        var everybody = await fleet.ConvergeAsync(others[1]);

        Assert.True(everybody.Reached, $"not served by {string.Join(", ", everybody.Missing)}");
        Assert.Equal((3, 1, 3), (everybody.Silos, everybody.Workers, everybody.Version.Value));
        Assert.Equal(new RouteVersion(3), (await fleet.ReloadAsync(frozen)).Version);
        await AssertNoHarmAsync(fleet, [worker, .. fleet.Silos.Silos]);
    }

    [Theory]
    [InlineData(InTheMiddle, true)]
    [InlineData(BeforePublication, true)]
    [InlineData(BeforeBump, false)]
    public async Task Others_work_without_a_silo_that_is_killed_at_a_step(string step, bool passes)
    {
        await using var fleet = await Silos.StartAsync();
        await using var worker = await StartWorkerAsync(fleet);
        var (_, others) = await LoseAtAsync(fleet, Loss.Killed, step, passes);
        await fleet.DeclareAsync("payments");

        var everybody = await fleet.ConvergeAsync(others[1]);

        Assert.True(everybody.Reached, $"not served by {string.Join(", ", everybody.Missing)}");
        Assert.Equal((2, 1, 3), (everybody.Silos, everybody.Workers, everybody.Version.Value));
        await AssertNoHarmAsync(fleet, [worker, .. others]);
    }

    // Until another silo has made, or found, the version of the lost one.
    private async Task<(SiloProcess Lost, IReadOnlyList<SiloProcess> Others)> LoseAtAsync(
        Fleet fleet, Loss loss, string moment, bool passes)
    {
        var (coordinator, others) = await fleet.BeginAsync();
        await fleet.DeclareAsync("invoices");
        await using var step = await SyncStep.HoldAsync(fleet.Database, coordinator, moment, passes);
        var asked = fleet.ReloadAsync(coordinator);
        await step.ReachedAsync();
        var members = await KeptMembers.KeepAsync(fleet.Database, coordinator);

        coordinator.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        await step.LetGoAsync();
        var receipt = await fleet.ReloadAsync(others[0]);

        var took = TimeProvider.System.GetElapsedTime(lost);
        output.WriteLine($"{loss} {moment}: a reload succeeded after {took.TotalMilliseconds:0} ms");
        Silos.AssertTimedOut(loss, took, others[0].Output);
        Assert.Equal(
            (new RouteVersion(2), true, others[0].Name), (receipt.Version, receipt.InSync, receipt.Silo));
        await fleet.Database.UntilAsync(
            "select bumped_version = 2 from endpoint_sync.state", "the bump of Odoo's sequence");
        await members.LetGoAsync();
        asked.Ignore();
        return (coordinator, others);
    }

    private static async Task AssertNoHarmAsync(Fleet fleet, IEnumerable<ServerProcess> receivers)
    {
        foreach (var receiver in receivers)
        {
            var served = Served()
                .Matches(receiver.Output)
                .Select(line => long.Parse(line.Groups["version"].ValueSpan, CultureInfo.InvariantCulture))
                .ToList();
            Assert.Equal(served.Order(), served);
            Assert.Equal(3, served[^1]);
        }

        Assert.Equal(3, await fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        Assert.Equal(3, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
        Assert.Equal(3, await fleet.Database.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(0, await fleet.Database.ScalarAsync<long>(OrphanLocks));
    }

    private static Task<WorkerProcess> StartWorkerAsync(Fleet fleet) =>
        WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            Silos = fleet.Urls,
        });

    [GeneratedRegex(@"serves version (?<version>\d+) of \w+: \d+ routes")]
    private static partial Regex Served();
}
