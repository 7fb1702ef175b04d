using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// When a reload that waits for the workers says that all of them serve its version, they do: each that was alive
/// then, and was not struck itself or cut off since before the reload. A link that is only slow is no excuse.
/// </summary>
internal sealed class ReadYourWritesRule : IRule
{
    private const string Name = "convergence is what workers report";

    // A worker that was frozen or cut off for longer than its lease is not waited for.
    private const double Lease = 15;

    public IEnumerable<Violation> Check(History history)
    {
        var reloads = history.Of<Reload>()
            .Where(reload => reload is { Wait: "workers", Reached: true, IsInSync: true })
            .OrderBy(reload => reload.End)
            .ToList();
        var lives = history.Of<WorkerLife>().ToDictionary(life => life.Worker);
        foreach (var answer in history.Of<WorkerAnswer>().Where(answer => answer.Status is 200 or 404))
        {
            var promised = reloads.TakeWhile(reload => reload.End <= answer.Start).LastOrDefault(
                reload => WasWaitedFor(history, lives.GetValueOrDefault(answer.Worker), reload, answer));
            if (promised is not null && answer.Version < promised.Version)
            {
                yield return Violation.Of(
                    Name, $"{answer.Worker} answered with version {answer.Version} after a reload had found that every "
                    + $"worker serves {promised.Version}", promised, answer);
            }
        }
    }

    private static bool WasWaitedFor(History history, WorkerLife? life, Reload reload, WorkerAnswer answer) =>
        life is not null && life.Start <= reload.Start
            && !history.IsStruck(answer.Worker.Split('#')[0], reload.Start - Lease, answer.End)
            && !history.Of<Fault>().Any(fault => fault is { On: Fault.Links, What: not FaultKinds.DelayOfWorkers }
                && fault.Overlaps(reload.Start - Lease, reload.End));
}
