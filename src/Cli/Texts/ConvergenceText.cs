using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Prints which subscribers serve a version and which do not.</summary>
internal static class ConvergenceText
{
    private const string Workers = "Workers";

    private static readonly Listing<Subscriber> Listing = new(
        subscriber => subscriber.Name,
        new("MISSING", subscriber => new Cell(subscriber.Name, Tone.Bad)),
        new("KIND", subscriber => SubscriberText.Kind(subscriber)),
        new("SILO", subscriber => subscriber.Silo),
        new("VERSION", subscriber => Columns.Text(subscriber.Version), IsNumber: true),
        new("SINCE", subscriber => SubscriberText.Since(subscriber)),
        new("PROBLEM", subscriber => subscriber.Problem ?? ""));

    public static Cell Line(Convergence convergence)
    {
        var serving = convergence.WaitedFor == Workers
            ? $"{Columns.Count(convergence.Silos, "silo")} and {Columns.Count(convergence.Workers, "worker")}"
            : Columns.Count(convergence.Silos, "silo");
        return convergence.Reached
            ? new Cell($"all: {serving}, after {Columns.Milliseconds(convergence.Elapsed)}", Tone.Good)
            : new Cell(
                $"{serving}, but not by {convergence.Missing.Count} more within "
                + $"{Columns.Milliseconds(convergence.Elapsed)}",
                Tone.Bad);
    }

    public static void PrintMissing(Report report, IReadOnlyList<Subscriber> missing)
    {
        if (missing.Count > 0)
        {
            report.Line();
            Listing.Print(report, missing);
        }
    }
}
