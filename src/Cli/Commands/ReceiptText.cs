using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary>Prints the receipt of a reload, a rollback or an unpin.</summary>
internal static class ReceiptText
{
    /// <summary>Prints the receipt, or why there is none.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(Session session, ApiAnswer answer)
    {
        var exitCode = session.Show<ReloadReceipt>(answer, Print);
        return exitCode == ExitCode.Success && !IsDone(answer.Read<ReloadReceipt>()) ? ExitCode.NotInSync : exitCode;
    }

    private static bool IsDone(ReloadReceipt receipt) =>
        receipt is { InSync: true, Convergence: null or { Reached: true } };

    private static void Print(Report report, ReloadReceipt receipt)
    {
        report.Fields(
            ("registry", receipt.Registry),
            ("outcome", Outcome(receipt.Outcome)),
            ("version",
                receipt.Version == receipt.PreviousVersion
                    ? Columns.Text(receipt.Version)
                    : $"{receipt.PreviousVersion} to {receipt.Version}"),
            ("pinned", PinText.Line(receipt.Pin)),
            ("rollout", RolloutText.Line(receipt.Rollout)),
            ("replaced", receipt.Replaced is { } replaced ? Replaced(replaced) : null),
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
            ("served by", receipt.Convergence is { } convergence ? ConvergenceText.Line(convergence) : default),
            ("problem", new Cell(receipt.Problem?.Meaning, Tone.Bad)),
            ("detail", receipt.Problem?.Detail));
        QuarantineTable.Print(report, receipt.Rejected);
        if (receipt.RejectedCount > receipt.Rejected.Count)
        {
            report.Line(
                $"and {receipt.RejectedCount - receipt.Rejected.Count} more: endpointsync status {receipt.Registry}");
        }

        ConvergenceText.PrintMissing(report, receipt.Convergence?.Missing ?? []);
    }

    private static string Replaced(ReplacedVersion replaced) =>
        $"version {replaced.Version} of {Columns.Text(replaced.PublishedAt)}"
        + (replaced.ServedFor is { } time ? $", which answered for {Columns.Duration(time)}" : "");

    private static Cell Outcome(string outcome) => outcome switch
    {
        "UpToDate" => new Cell("up to date", Tone.Good),
        "Synced" => new Cell("synced", Tone.Good),
        "Pinned" => new Cell("pinned: the routes stay as they are, changes wait", Tone.Warning),
        "Skipped" => new Cell("skipped", Tone.Warning),
        "Failed" => new Cell("failed", Tone.Bad),
        _ => new Cell(outcome.ToLowerInvariant(), Tone.Warning),
    };
}
