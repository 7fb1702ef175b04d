using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync status</c></summary>
internal static class StatusCommand
{
    private static readonly Listing<RegistryStatus> Listing = new(
        status => status.Registry,
        new("REGISTRY", status => status.Registry),
        new("VERSION", status => Columns.Text(status.Version), IsNumber: true),
        new("CHANGED", status => Columns.Text(status.ChangedAt)),
        new("ENDPOINTS", status => Columns.Text(status.Endpoints), IsNumber: true),
        new("UNSYNCED", status => Columns.Text(status.Unsynced), IsNumber: true),
        new("QUARANTINED", status => Quarantined(status.QuarantineCount), IsNumber: true),
        new("ROUTES", status => Columns.Text(status.Routes), IsNumber: true),
        new("PINNED TO", status => PinText.Short(status.Pin)),
        new("SILO", status => status.Silo, IsWide: true),
        new("LOCK", status => status.LockHolder is { } holder ? $"held by {holder.Application}" : "free", IsWide: true),
        new("HASH", status => status.ContentHash, IsWide: true));

    public static Command Create()
    {
        var registry = new Argument<string?>("registry")
        {
            Description = "The registry's name; without it, one line for each.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("status", "Shows the state of a registry, or of all.") { registry };
        Session.SetAction(
            command, async (session, parsed) => parsed.GetValue(registry) is { } name
                ? ShowOne(session, await session.AskAsync(Operations.Status.At([name])))
                : await ShowAllAsync(session),
            isList: true);
        return command;
    }

    private static int ShowOne(Session session, ApiAnswer answer) => session.Show<RegistryStatus>(
        answer,
        (report, status) =>
        {
            if (session.Format == OutputFormat.Name)
            {
                session.Print(Listing, [status]);
            }
            else
            {
                Print(report, status);
            }
        });

    // A registry that does not answer must not hide the others.
    private static async Task<int> ShowAllAsync(Session session)
    {
        var names = await session.AskAsync(Operations.Registries.At([]));
        if (!names.IsSuccess)
        {
            return session.Refuse(names);
        }

        var found = new List<RegistryStatus>();
        var exitCode = ExitCode.Success;
        foreach (var name in names.Read<IReadOnlyList<string>>())
        {
            var answer = await session.AskAsync(Operations.Status.At([name]));
            exitCode = Math.Max(exitCode, session.Show<RegistryStatus>(answer, (_, status) => found.Add(status)));
        }

        session.Print(Listing, found);
        return exitCode;
    }

    private static Cell Quarantined(long count) => new(Columns.Text(count), count > 0 ? Tone.Warning : Tone.None);

    private static string Writers(RegistryStatus status)
    {
        var source = status.Tracked ? "recorded by triggers" : "found by polling";
        return $"{status.ForeignWrites} writes by others, {status.UnlockedWrites} without the lock; {source}";
    }

    private static void Print(Report report, RegistryStatus status)
    {
        report.Fields(
            ("registry", status.Registry),
            ("version", Columns.Text(status.Version)),
            ("pinned", PinText.Line(status.Pin)),
            ("rollout", RolloutText.Line(status.Rollout)),
            ("changed", $"{Columns.Text(status.ChangedAt)} by {status.Silo}"),
            ("endpoints", new Cell(
                $"{status.Endpoints}: {status.Archived} archived, {status.Unsynced} unsynced, "
                + $"{status.QuarantineCount} quarantined",
                status.QuarantineCount > 0 ? Tone.Warning : Tone.None)),
            ("routes", Columns.Text(status.Routes)),
            ("sync pending", Columns.Text(status.SyncPending)),
            ("writers", Writers(status)),
            ("lock", status.LockHolder is { } holder ? LockText.Holder(holder) : "free"),
            ("held", status.LockHolder is { } held ? LockText.Held(held) : null),
            ("query", status.LockHolder?.Query),
            ("left out",
                status.LeftOut.Count > 0 ? string.Join(", ", status.LeftOut.Select(key => $"{key}...")) : null),
            ("other clusters", status.OtherClusters.Count > 0 ? string.Join(", ", status.OtherClusters) : null),
            ("hash", status.ContentHash));
        QuarantineTable.Print(report, status.Quarantine);
        if (status.QuarantineCount > status.Quarantine.Count)
        {
            report.Line(
                $"and {status.QuarantineCount - status.Quarantine.Count} more: endpointsync quarantine "
                + status.Registry);
        }

        WritersCommand.PrintRepairBackoffs(report, status.RepairBackoffs);
    }
}
