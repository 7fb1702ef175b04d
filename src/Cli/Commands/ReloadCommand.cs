using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync reload</c></summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var (registry, wait) = (CommonOptions.Registry(), new WaitOptions());
        var allowMassRemoval = new Option<bool>("--allow-mass-removal")
        {
            Description = "Allow the sync to remove most of the routes, because their endpoints are gone or archived.",
        };
        var attach = new Option<bool>("--attach")
        {
            Description = "Allow the first sync of a registry to change or delete routes that Odoo serves.",
        };
        var command = new Command(
            "reload", "Makes a registry's routes match its endpoints, and shows the receipt.")
        {
            registry, allowMassRemoval, attach,
        };
        wait.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var path = SiloApi.Path(parsed.GetRequiredValue(registry), "reload") + wait.Query(
                parsed, ("allowMassRemoval", parsed.GetValue(allowMassRemoval) ? "true" : null),
                ("attach", parsed.GetValue(attach) ? "true" : null));
            var answer = await session.AskAsync(HttpMethod.Post, path);
            var exitCode = session.Show<ReloadReceipt>(answer, Print);
            return exitCode == ExitCode.Success && !IsDone(answer.Read<ReloadReceipt>())
                ? ExitCode.NotInSync
                : exitCode;
        });
        return command;
    }

    private static bool IsDone(ReloadReceipt receipt) =>
        receipt is { InSync: true, Convergence: null or { Reached: true } };

    private static void Print(TextWriter output, ReloadReceipt receipt)
    {
        output.WriteFields(
            ("registry", receipt.Registry),
            ("outcome", Outcome(receipt.Outcome)),
            ("version",
                receipt.Version == receipt.PreviousVersion
                    ? $"{receipt.Version}"
                    : $"{receipt.PreviousVersion} to {receipt.Version}"),
            ("endpoints",
                $"{receipt.EndpointsSynced} synced, {receipt.EndpointsDeferred} left for the next sync, "
                + $"{Math.Max(receipt.RejectedCount, receipt.Rejected.Count)} quarantined"),
            ("routes",
                $"{receipt.RoutesAdded} added, {receipt.RoutesChanged} changed, {receipt.RoutesRemoved} removed"),
            ("callers", Columns.Text(receipt.Callers)),
            ("silo", receipt.Silo),
            ("time",
                $"{Columns.Milliseconds(receipt.Timings.Total)}, lock held "
                + $"{Columns.Milliseconds(receipt.Timings.LockHeld)}, attempts {receipt.Timings.Attempts}"),
            ("served by", receipt.Convergence is { } convergence ? ConvergenceText.Line(convergence) : null),
            ("problem", receipt.Problem?.Meaning),
            ("detail", receipt.Problem?.Detail));
        QuarantineTable.Print(output, receipt.Rejected);
        if (receipt.RejectedCount > receipt.Rejected.Count)
        {
            output.WriteLine(
                $"and {receipt.RejectedCount - receipt.Rejected.Count} more: endpointsync status {receipt.Registry}");
        }

        ConvergenceText.PrintMissing(output, receipt.Convergence?.Missing ?? []);
    }

    private static string Outcome(ReloadOutcome outcome) => outcome switch
    {
        ReloadOutcome.UpToDate => "up to date",
        ReloadOutcome.Synced => "synced",
        ReloadOutcome.Skipped => "skipped",
        _ => "failed",
    };
}
