using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync status</c></summary>
internal static class StatusCommand
{
    private static readonly string[] Head =
        ["REGISTRY", "VERSION", "CHANGED", "ENDPOINTS", "UNSYNCED", "QUARANTINED", "ROUTES"];

    public static Command Create()
    {
        var registry = new Argument<string?>("registry")
        {
            Description = "The registry's name; without it, one line for each.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("status", "Shows the state of a registry, or of all.") { registry };
        Session.SetAction(command, async (session, parsed) => parsed.GetValue(registry) is { } name
            ? session.Show<RegistryStatus>(await session.AskAsync(HttpMethod.Get, SiloApi.Path(name)), Print)
            : await ShowAllAsync(session));
        return command;
    }

    // A registry that does not answer must not hide the others.
    private static async Task<int> ShowAllAsync(Session session)
    {
        var names = await session.AskAsync(HttpMethod.Get, "api/v1/registries");
        if (!names.IsSuccess)
        {
            return session.Show<string[]>(names, (_, _) => { });
        }

        var rows = new List<RegistryStatus>();
        var exitCode = ExitCode.Success;
        foreach (var name in names.Read<string[]>())
        {
            var answer = await session.AskAsync(HttpMethod.Get, SiloApi.Path(name));
            exitCode = Math.Max(exitCode, session.Show<RegistryStatus>(answer, (_, status) => rows.Add(status)));
        }

        if (rows.Count > 0)
        {
            session.Output.WriteTable(Head, rows.Select(Row));
        }

        return exitCode;
    }

    private static string[] Row(RegistryStatus status) =>
    [
        status.Registry, $"{status.Version}", Columns.Text(status.ChangedAt), Columns.Text(status.Endpoints),
        Columns.Text(status.Unsynced), Columns.Text(status.Quarantine.Count), Columns.Text(status.Routes),
    ];

    private static string Writers(RegistryStatus status)
    {
        var source = status.Tracked ? "recorded by triggers" : "found by polling";
        return $"{status.ForeignWrites} writes by others, {status.UnlockedWrites} without the lock; {source}";
    }

    private static void Print(TextWriter output, RegistryStatus status)
    {
        output.WriteFields(
            ("registry", status.Registry),
            ("version", $"{status.Version}"),
            ("changed", $"{Columns.Text(status.ChangedAt)} by {status.Silo}"),
            ("endpoints",
                $"{status.Endpoints}: {status.Archived} archived, {status.Unsynced} unsynced, "
                + $"{status.Quarantine.Count} quarantined"),
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
        QuarantineTable.Print(output, status.Quarantine);
        WritersCommand.PrintRepairBackoffs(output, status.RepairBackoffs);
    }
}
