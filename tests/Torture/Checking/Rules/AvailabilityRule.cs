using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// A worker that is alive and was not struck itself answers every request, whatever happens to silos and database.
/// </summary>
internal sealed class AvailabilityRule : IRule
{
    private const string Name = "the last good table keeps serving";

    // A request that begins just before a fault may fail by it, and one that begins just after may wait for the rest.
    private const double Margin = 2;

    public IEnumerable<Violation> Check(History history)
    {
        foreach (var answer in history.Of<WorkerAnswer>().Where(IsFailure))
        {
            var worker = answer.Worker.Split('#')[0];
            if (!history.IsStruck(worker, answer.Start - Margin, answer.End + Margin))
            {
                yield return Violation.Of(
                    Name, $"{answer.Worker} answered {answer.Status} for {answer.Path} though nothing struck it",
                    answer);
            }
        }
    }

    // A version that is demanded may be refused.
    private static bool IsFailure(WorkerAnswer answer) =>
        answer.Status is not (200 or 404) && !(answer.Status == 503 && answer.Min > 0);
}
