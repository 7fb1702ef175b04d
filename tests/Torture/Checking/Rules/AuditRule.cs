using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// Every edit over HTTP has one row in the audit that says so, and no row tells of an edit that was none.
/// </summary>
internal sealed class AuditRule : IRule
{
    private const string Name = "the audit has every edit once";

    public IEnumerable<Violation> Check(History history)
    {
        // The end of a row is unknown if the silo was killed before it could write it.
        var told = history.Of<AuditRow>()
            .Where(row => row is { Outcome: "Done" or "Begun", Trace: not null })
            .ToLookup(row => row.Trace!);
        var edits = history.Of<Edit>().Where(edit => edit.Trace is not null).ToDictionary(edit => edit.Trace!);
        foreach (var edit in edits.Values.Where(edit => edit.Ending == Ending.Done && !history.IsUncertain(edit)))
        {
            if (told[edit.Trace!].Sum(row => row.Count) is var rows and not 1)
            {
                yield return Violation.Of(
                    Name, $"an edit of slot {edit.Slot} has {rows} rows in the audit", [edit, .. told[edit.Trace!]]);
            }
        }

        foreach (var row in told.SelectMany(rows => rows).Where(row => row.Outcome == "Done"))
        {
            if (!edits.TryGetValue(row.Trace!, out var edit) || edit.Ending == Ending.Refused)
            {
                yield return Violation.Of(Name, "the audit tells of an edit that was not done", row, edit);
            }
        }
    }
}
