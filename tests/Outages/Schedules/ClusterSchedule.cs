using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Outages.Schedules;

/// <summary>
/// Other writers, silos, workers and Odoo's readers of one registry, all at work at the same time. A seed decides their
/// steps; the machine decides how these steps interleave with the silos' reactions.
/// </summary>
internal sealed class ClusterSchedule : IAsyncDisposable
{
    private const int LongestPause = 15;

    private readonly Random _random;
    private readonly SyncOn _syncOn;
    private readonly ScheduledFleet _fleet;
    private readonly Actor[] _actors;
    private readonly UpstreamReader[] _readers;
    private readonly Oracle _oracle;
    private readonly List<Task<string>> _reloads = [];
    private readonly List<string> _story = [];

    private ClusterSchedule(int seed, SyncOn syncOn, ScheduledFleet fleet, UpstreamReader[] readers)
    {
        (_random, _syncOn, _fleet, _readers) = (new Random(seed), syncOn, fleet, readers);
        _actors = [.. Enumerable.Range(0, 3).Select(number => new Actor(fleet.Database, _random, number))];
        _oracle = new Oracle(fleet.Database);
    }

    /// <summary>The last steps, newest last.</summary>
    public string Story => string.Join("; ", _story.TakeLast(40));

    /// <summary>The results of the whole run.</summary>
    public string Summary { get; private set; } = "";

    public static async Task<ClusterSchedule> StartAsync(int seed, SyncOn syncOn)
    {
        var fleet = await ScheduledFleet.StartAsync(syncOn);
        var readers = await Task.WhenAll(
            UpstreamReader.StartAsync(fleet.Database), UpstreamReader.StartAsync(fleet.Database));
        return new ClusterSchedule(seed, syncOn, fleet, readers);
    }

    public async Task StepAsync()
    {
        await (_random.Next(100) switch
        {
            < 72 => WriteAsync(_actors[_random.Next(_actors.Length)]),
            < 84 => Do("reload", Reload),
            < 90 => Do("reader", () => _readers[_random.Next(_readers.Length)].ServeAsync()),
            < 95 => Do("a silo's session ends", _fleet.EndSessionAsync),
            < 97 => Do("kill", () => _fleet.KillAsync(_random)),
            _ => Do("freeze or thaw", FreezeOrThawAsync),
        });
        await Task.Delay(_random.Next(LongestPause));
    }

    /// <summary>Lets every actor finish, and waits until everything is in sync.</summary>
    public async Task RestAsync()
    {
        foreach (var actor in _actors)
        {
            await actor.FinishAsync();
        }

        _fleet.Thaw();
        var answers = await Task.WhenAll(_reloads).Within("the answers of all reloads");
        if (_syncOn == SyncOn.Reload)
        {
            await _fleet.ReloadUntilInSyncAsync();
        }

        await UntilAtRestAsync();
        await _fleet.AssertServedByAllAsync();
        var routes = string.Join(
            " ", await _fleet.Database.ListAsync("select split_part(route, '|', 1) from endpoint_route order by 1"));
        foreach (var reader in _readers)
        {
            Assert.Equal(routes, await reader.ServeAsync());
        }

        var version = await _fleet.Database.ScalarAsync<long>("select version from endpoint_sync.state");
        Summary = $"{_syncOn}, {_story.Count} steps, {_fleet.Losses}, {version} versions; answers: "
            + string.Join(
                ", ",
                answers.CountBy(answer => answer)
                    .OrderByDescending(answer => answer.Value)
                    .Select(answer => $"{answer.Value} {answer.Key}"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _actors.Cast<IAsyncDisposable>().Concat(_readers).Append(_fleet))
        {
            await each.DisposeAsync();
        }
    }

    private Task Do(string what, Func<Task> step)
    {
        _story.Add(what);
        return step();
    }

    private async Task WriteAsync(Actor actor)
    {
        await actor.StepAsync();
        _story.Add(actor.Last);
    }

    private Task Reload()
    {
        _reloads.Add(_fleet.AskAsync(_fleet.Any(_random)));
        return Task.CompletedTask;
    }

    private Task FreezeOrThawAsync() => _fleet.Thaw() ? Task.CompletedTask : _fleet.FreezeAsync(_random);

    // Every writer that kept undoing repairs is gone, so backed off repairs may run now.
    private async Task UntilAtRestAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        while (true)
        {
            await _fleet.Database.ExecuteAsync("update endpoint_sync.repair_backoffs set until = clock_timestamp()");
            try
            {
                await _oracle.AssertAtRestAsync();
                return;
            }
            catch (Xunit.Sdk.XunitException) when (!deadline.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
            }
        }
    }
}
