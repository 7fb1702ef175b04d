using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tests.Torture.Subjects;
using Npgsql;

namespace EndpointSync.Tests.Torture.Faults;

/// <summary>Strikes silos, workers, links and the server of a fleet, one after the other, and heals each.</summary>
internal sealed class FleetFaults(
    SiloFleet fleet, OwnServer server, int? standby, VersionObserver observer, Recorder recorder) : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);

    private readonly SessionFaults _sessions = new(server, fleet.Application, recorder);
    private readonly ServerFaults _server = new(server, standby, recorder);

    public async Task StrikeAsync(Planned step, CancellationToken cancellationToken)
    {
        if (step.What.StartsWith("promote", StringComparison.Ordinal))
        {
            await PromoteAsync(step, cancellationToken);
        }
        else if (FaultKinds.OfSessions["links"].Contains(step.What))
        {
            await StrikeLinksAsync(step, cancellationToken);
        }
        else if (step.What.EndsWith("silo", StringComparison.Ordinal))
        {
            await StrikeAsync(fleet.Silos[step.Target], step, cancellationToken);
        }
        else if (step.What.EndsWith("worker", StringComparison.Ordinal))
        {
            await StrikeAsync(fleet.Workers[step.Target], step, cancellationToken);
        }
        else if (FaultKinds.OfProcesses["postgres"].Contains(step.What))
        {
            await _server.StrikeAsync(step, cancellationToken);
        }
        else
        {
            await _sessions.StrikeAsync(step, cancellationToken);
        }
    }

    /// <summary>Ends every fault that lasts, and starts what has ended.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        await _server.HealAsync();
        foreach (var link in fleet.DatabaseLinks.Concat(fleet.SiloLinks))
        {
            link.Heal();
        }

        foreach (var member in fleet.Silos.Concat(fleet.Workers))
        {
            member.Resume();
            await ReplaceAsync(member, cancellationToken);
        }
    }

    /// <summary>What the server had that a promotion left behind. No silo can reach it any more.</summary>
    public async Task CollectLeftServerAsync(Func<NpgsqlConnection, Task> collectAsync)
    {
        if (_server.LeftAt is not { } leftAt)
        {
            return;
        }

        foreach (var silo in fleet.Silos)
        {
            await silo.KillAsync();
        }

        await using var source = await server.StartLeftServerAsync();
        await using var connection = await source.OpenConnectionAsync();
        await observer.ReadLeftServerAsync(1, connection, leftAt);
        await collectAsync(connection);
    }

    public void Dispose() => _server.Dispose();

    private async Task PromoteAsync(Planned step, CancellationToken cancellationToken)
    {
        var promotion = await _server.PromoteAsync(step, cancellationToken);
        observer.Begin(promotion.Timeline);
    }

    private async Task StrikeAsync(Member member, Planned step, CancellationToken cancellationToken)
    {
        // A silo that the cluster gave up while it was stopped has ended since.
        await ReplaceAsync(member, cancellationToken);
        var start = recorder.Now;
        switch (step.What.Split(' ')[0])
        {
            case "kill":
                await member.KillAsync();
                await WaitAsync(step, cancellationToken);
                break;
            case "restart":
                await member.StopAsync();
                break;
            default:
                member.Suspend();
                await WaitAsync(step, cancellationToken);
                member.Resume();
                break;
        }

        try
        {
            await ReplaceAsync(member, cancellationToken);
        }
        finally
        {
            recorder.Add(new Fault(step.What, member.Name) { Start = start, End = recorder.Now });
        }
    }

    private async Task StrikeLinksAsync(Planned step, CancellationToken cancellationToken)
    {
        var isOfWorkers = step.What.Contains("worker", StringComparison.Ordinal);
        var isOfAll = step.What.StartsWith("delay", StringComparison.Ordinal);
        var all = isOfWorkers ? fleet.SiloLinks : fleet.DatabaseLinks;
        var each = all.Count / fleet.Silos.Count;
        var struck = isOfAll ? all : all.Skip(step.Target * each).Take(each).ToList();
        var start = recorder.Now;
        foreach (var link in struck)
        {
            Strike(link, step.What);
        }

        await WaitAsync(step, cancellationToken);
        foreach (var link in struck)
        {
            link.Heal();
        }

        recorder.Add(
            new Fault(step.What, isOfWorkers ? Fault.Links : fleet.Silos[step.Target].Name)
            {
                Start = start,
                End = recorder.Now,
            });
    }

    private static void Strike(Link link, string what)
    {
        switch (what.Split(' ')[0])
        {
            case "cut":
                link.Cut();
                break;
            case "delay":
                link.Delay(Delay);
                break;
            default:
                link.Hold(answersOnly: what.Contains("answers", StringComparison.Ordinal));
                break;
        }
    }

    private static async Task ReplaceAsync(Member member, CancellationToken cancellationToken)
    {
        if (await member.HasEndedAsync())
        {
            await member.StartAsync(cancellationToken);
        }
    }

    private static async Task WaitAsync(Planned step, CancellationToken cancellationToken) =>
        await Task.Delay(TimeSpan.FromSeconds(step.Length), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
