using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// What an edit declared is in the version of every reload that began after it and found everything in sync, until
/// another edit of the same slot.
/// </summary>
internal sealed class LostEditsRule : IRule
{
    private const string Name = "an edit is never lost";

    public IEnumerable<Violation> Check(History history)
    {
        foreach (var reload in history.Of<Reload>().Where(reload => reload.IsInSync))
        {
            if (history.TimelineOf(reload) is not { } timeline
                || history.Find(timeline, reload.Version) is not { } seen)
            {
                continue;
            }

            foreach (var slot in history.Edits.Select(edits => edits.Key))
            {
                var value = history.ValueOf(seen, slot);
                var allowed = history.Allowed(slot, reload.Start, reload.End);
                if (!allowed.Contains(value))
                {
                    yield return Violation.Of(
                        Name, $"slot {slot} is '{value}' in version {seen.Version}, and should be "
                        + $"'{string.Join("' or '", allowed)}'",
                        [
                            history.Edits[slot].LastOrDefault(edit => edit.End <= reload.Start), reload,
                            seen.OnlySlot(slot),
                        ]);
                }
            }
        }
    }
}
