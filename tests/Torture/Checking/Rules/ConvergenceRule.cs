using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// After the last fault everything comes to rest within a bound. Then every worker serves the newest version, and that
/// has the last edit of every slot.
/// </summary>
internal sealed class ConvergenceRule : IRule
{
    /// <summary>
    /// The bound, in seconds. Repairs that were put off come within a minute, and a poll later; the rest is sooner.
    /// </summary>
    public const double Longest = 90;

    private const string Name = "everything converges";

    public IEnumerable<Violation> Check(History history)
    {
        foreach (var rest in history.Of<Rest>())
        {
            if (!rest.IsReached || rest.End - rest.Start > Longest)
            {
                yield return Violation.Of(
                    Name, $"not at rest {rest.End - rest.Start:0} s after the last fault: {rest.Detail}", rest);
            }
        }

        var newest = history.Of<VersionSeen>().MaxBy(seen => (seen.Timeline, seen.Version));
        foreach (var answer in history.Of<WorkerAnswer>().Where(answer => answer.IsLast))
        {
            if (newest is null || answer.Version != newest.Version)
            {
                yield return Violation.Of(
                    Name, $"{answer.Worker} serves version {answer.Version} at the end, and the newest is "
                    + $"{newest?.Version}", answer);
            }
        }
    }
}
