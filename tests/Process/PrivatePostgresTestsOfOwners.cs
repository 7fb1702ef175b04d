using System.Globalization;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

public sealed class PrivatePostgresTestsOfOwners : PrivatePostgresTestsFolder
{
    [Fact]
    public async Task Eight_processes_that_start_at_once_share_one_server()
    {
        var owners = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => PrivatePostgresTestsOwner.StartAsync(Folder, Deadline)));

        Assert.Single(owners.Select(owner => owner.ServerProcessId).Distinct());
        Assert.Single(owners.Select(owner => owner.Port).Distinct());
        Assert.Single(owners, owner => !owner.Adopted);

        await Task.WhenAll(owners.Select(async owner => await owner.DisposeAsync()));
        await AssertStoppedAsync(owners[0].ServerProcessId);
    }

    [Fact]
    public async Task The_server_stops_when_its_owner_is_killed_even_if_a_child_of_the_owner_lives_on()
    {
        await FillAsync();
        await using var owner = await PrivatePostgresTestsOwner.StartAsync(Folder, Deadline);
        using var child = SystemProcess.GetProcessById(await owner.StartChildAsync(Deadline));
        try
        {
            owner.Kill();
            await EndOfAsync(owner.ServerProcessId);
            Assert.False(child.HasExited);
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public async Task The_server_stops_when_its_owner_is_killed_with_all_its_children()
    {
        await FillAsync();
        await using var owner = await PrivatePostgresTestsOwner.StartAsync(Folder, Deadline);
        owner.KillWithChildren();
        await EndOfAsync(owner.ServerProcessId);
    }

    [Fact]
    public async Task A_killed_owner_does_not_take_the_server_from_others()
    {
        await FillAsync();
        await using var owner = await PrivatePostgresTestsOwner.StartAsync(Folder, Deadline);
        var server = await StartAsync();
        Assert.True(server.Adopted);
        var watchdog = WatchdogOf(owner);
        owner.Kill();
        await EndOfAsync(watchdog);

        Assert.Equal(1, await AskAsync(server, "select 1"));
        await server.DisposeAsync();
        await AssertStoppedAsync(server.ProcessId);
    }

    [Fact]
    public async Task An_interrupt_to_the_whole_group_leaves_the_server_to_processes_that_still_finish()
    {
        await FillAsync();
        await using var owner = await PrivatePostgresTestsOwner.StartAsync(Folder, Deadline);
        await owner.InterruptGroupAsync(Deadline);

        var server = await StartAsync();
        Assert.Equal(owner.ServerProcessId, server.ProcessId);
        await server.DisposeAsync();
        Assert.True(Runs(owner.ServerProcessId));

        await owner.EndAsync(Deadline);
        await AssertStoppedAsync(owner.ServerProcessId);
    }

    [Fact]
    public async Task A_server_left_behind_with_its_watchdog_killed_is_adopted_and_stopped_by_the_next_user()
    {
        await FillAsync();
        await using var owner = await PrivatePostgresTestsOwner.StartAsync(Folder, Deadline);
        using (var watchdog = SystemProcess.GetProcessById(WatchdogOf(owner)))
        {
            watchdog.Kill();
            await watchdog.WaitForExitAsync(Deadline);
        }

        owner.Kill();
        await EndOfAsync(owner.ProcessId);
        var next = await StartAsync();
        Assert.True(next.Adopted);
        Assert.Equal(owner.ServerProcessId, next.ProcessId);
        await next.DisposeAsync();
        await AssertStoppedAsync(next.ProcessId);
    }

    // A lease is named <owner>-<watchdog>.
    private int WatchdogOf(PrivatePostgresTestsOwner owner) => int.Parse(
        Directory.GetFiles(Path.Combine(Folder, "leases"), $"{owner.ProcessId}-*")
            .Single()
            .Split('-')[^1], CultureInfo.InvariantCulture);
}
