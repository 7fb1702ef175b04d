namespace EndpointSync.Cli.Commands;

/// <summary>Prints which subscribers serve a version and which do not.</summary>
internal static class ConvergenceText
{
    public static string Line(Convergence convergence)
    {
        var serving = convergence.WaitedFor == WaitFor.Workers
            ? $"{Count(convergence.Silos, "silo")} and {Count(convergence.Workers, "worker")}"
            : Count(convergence.Silos, "silo");
        return convergence.Reached
            ? $"all: {serving}, after {Columns.Milliseconds(convergence.Elapsed)}"
            : $"{serving}, but not by {convergence.Missing.Count} more within "
                + $"{Columns.Milliseconds(convergence.Elapsed)}";
    }

    public static void PrintMissing(TextWriter output, IReadOnlyList<Subscriber> missing)
    {
        if (missing.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["MISSING", "KIND", "SILO", "VERSION", "SINCE", "PROBLEM"],
            missing.Select(subscriber => new[]
            {
                subscriber.Name, SubscribersCommand.Kind(subscriber), subscriber.Silo, $"{subscriber.Version}",
                SubscribersCommand.Since(subscriber), subscriber.Problem ?? "",
            }));
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
