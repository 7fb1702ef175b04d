using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// Each answer is the right one for the version that it carries. That version was committed before the answer ended,
/// is not older than what the same worker served before, and not older than the request demands.
/// </summary>
internal sealed class AnswersRule : IRule
{
    private const string Name = "answers are those of their version";

    public IEnumerable<Violation> Check(History history)
    {
        var answered = history.Of<WorkerAnswer>().Where(answer => answer.Status is 200 or 404).ToList();
        return answered.SelectMany(answer => CheckAnswer(history, answer))
            .Concat(answered.GroupBy(answer => answer.Worker).SelectMany(CheckOrder));
    }

    private static IEnumerable<Violation> CheckAnswer(History history, WorkerAnswer answer)
    {
        if (answer.Version == 0)
        {
            yield return Violation.Of(Name, $"{answer.Status} of {answer.Worker} carries no version", answer);
            yield break;
        }

        if (answer.Version < answer.Min)
        {
            yield return Violation.Of(
                Name, $"{answer.Worker} answered with version {answer.Version}, and {answer.Min} was demanded", answer);
        }

        // A version that was lost before anybody read it is known to nobody.
        var tables = history.Find(answer.Version).ToList();
        if (tables.Count > 0 && !tables.Exists(table => IsRight(answer, table)))
        {
            yield return Violation.Of(
                Name, $"{answer.Worker} answered {answer.Status} {answer.App} for {answer.Path}, and version "
                + $"{answer.Version} has {Expected(tables[0], answer.Path) ?? "no such route"}", answer,
                tables[0].OnlySlot(Table.SlotOf(answer.Path)));
        }

        if (tables.Count > 0 && tables.TrueForAll(table => table.Start > answer.End))
        {
            yield return Violation.Of(
                Name, $"{answer.Worker} served version {answer.Version} before it was committed", answer,
                tables[0].OnlySlot(-1));
        }
    }

    // Of requests that overlap, either may have been answered first.
    private static IEnumerable<Violation> CheckOrder(IEnumerable<WorkerAnswer> ofOneWorker)
    {
        WorkerAnswer? newest = null;
        var waiting = new PriorityQueue<WorkerAnswer, double>();
        foreach (var answer in ofOneWorker.OrderBy(answer => answer.Start))
        {
            while (waiting.TryPeek(out var over, out var end) && end < answer.Start)
            {
                waiting.Dequeue();
                newest = newest is null || over.Version > newest.Version ? over : newest;
            }

            if (newest is not null && answer.Version < newest.Version)
            {
                yield return Violation.Of(
                    Name, $"{answer.Worker} went back from version {newest.Version} to {answer.Version}", newest,
                    answer);
            }

            waiting.Enqueue(answer, answer.End);
        }
    }

    private static bool IsRight(WorkerAnswer answer, VersionSeen table) => Expected(table, answer.Path) is { } app
        ? answer.Status == 200 && (answer.App is null || answer.App == app)
        : answer.Status == 404;

    private static string? Expected(VersionSeen seen, string path) =>
        seen.Table.Values.FirstOrDefault(route => route.Path == path)?.App;
}
