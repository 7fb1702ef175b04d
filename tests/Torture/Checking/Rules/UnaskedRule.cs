using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// An edit goes live only after somebody asked: a reload, or the edit's author. A reload that was not answered with
/// success stays due until a later one has done its work.
/// </summary>
internal sealed class UnaskedRule : IRule
{
    private const string Name = "nothing is published that nobody asked for";

    public IEnumerable<Violation> Check(History history)
    {
        var asked = Asked(history);
        foreach (var timeline in history.Of<VersionSeen>().GroupBy(seen => seen.Timeline))
        {
            VersionSeen? before = null;
            foreach (var seen in timeline.DistinctBy(seen => seen.Version).OrderBy(seen => seen.Version))
            {
                foreach (var violation in before is null ? [] : CheckVersion(history, before, seen, asked))
                {
                    yield return violation;
                }

                before = seen;
            }
        }
    }

    private static IEnumerable<Violation> CheckVersion(
        History history, VersionSeen before, VersionSeen seen, List<(double From, double To)> asked)
    {
        foreach (var edits in history.Edits)
        {
            var value = history.ValueOf(seen, edits.Key);
            if (value == history.ValueOf(before, edits.Key))
            {
                continue;
            }

            var made = edits.Where(edit => edit.Value == value && edit.Start <= seen.End).ToList();
            if (made.Count == 0)
            {
                yield return Violation.Of(
                    Name, $"slot {edits.Key} became '{value}' in version {seen.Version}, and no edit made it that",
                    before.OnlySlot(edits.Key), seen.OnlySlot(edits.Key));
            }
            else if (!made.Exists(edit => IsAsked(edit, seen, asked)))
            {
                yield return Violation.Of(
                    Name, $"version {seen.Version} has an edit of slot {edits.Key} that waits for its reload",
                    made[^1], before.OnlySlot(edits.Key), seen.OnlySlot(edits.Key));
            }
        }
    }

    private static bool IsAsked(Edit edit, VersionSeen seen, List<(double From, double To)> asked) =>
        edit.Publishes || asked.Exists(span => span.To >= edit.Start && span.From <= seen.End);

    private static List<(double From, double To)> Asked(History history)
    {
        var reloads = history.Of<Reload>().OrderBy(reload => reload.Start).ToList();
        var done = reloads.FindAll(reload => reload.IsInSync);
        return
        [
            .. reloads.Select(reload => (reload.Start, reload.IsInSync
                ? reload.End
                : done.Find(later => later.Start >= reload.End)?.End ?? double.MaxValue)),
        ];
    }
}
