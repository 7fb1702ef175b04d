using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;
using Spectre.Console;
using Spectre.Console.Rendering;
using Columns = EndpointSync.Cli.Output.Columns;

namespace EndpointSync.Cli.Watching;

/// <summary>Draws a watched registry: never more lines than the terminal has.</summary>
internal static class WatchScreen
{
    private const int FixedLines = 14;
    private const int BarWidth = 40;

    private static readonly Listing<VersionReceipt> Versions = new(
        made => Columns.Text(made.Version),
        new("VERSION", made => Columns.Text(made.Version), IsNumber: true),
        new("MADE", made => Columns.Text(made.SyncedAt)),
        new("SILO", made => made.Silo),
        new("CALLERS", made => Columns.Text(made.Callers), IsNumber: true),
        new("ADDED", made => Columns.Text(made.RoutesAdded), IsNumber: true),
        new("CHANGED", made => Columns.Text(made.RoutesChanged), IsNumber: true),
        new("REMOVED", made => Columns.Text(made.RoutesRemoved), IsNumber: true));

    public static IRenderable Of(WatchedState state, int height)
    {
        if (state.Status is not { } status)
        {
            return Rows([TerminalReport.TextOf(new Cell(state.Problem, Tone.Bad))]);
        }

        var room = Math.Max(2, (height - FixedLines) / 2);
        var lagging = state.Subscribers.Where(one => one.Version < status.Version || one.Problem is not null).ToList();
        List<IRenderable> rows =
        [
            TerminalReport.TextOf($"{status.Registry}  version {status.Version}, {Columns.Text(status.ChangedAt)}"),
            TerminalReport.TextOf(Serving(state.Subscribers, status.Version)),
            TerminalReport.TextOf(PinText.Line(status.Pin) is { Text: not null } pin
                ? new Cell($"pinned {pin.Text}", pin.Tone)
                : new Cell("not pinned")),
            TerminalReport.TextOf(status.LockHolder is { } holder
                ? new Cell($"lock {LockText.Holder(holder)}", Tone.Warning)
                : new Cell("lock free")),
            TerminalReport.TextOf(new Cell(
                $"{status.Endpoints} endpoints, {status.Unsynced} unsynced, {status.QuarantineCount} quarantined; "
                + $"{status.Routes} routes",
                status.QuarantineCount > 0 ? Tone.Warning : Tone.None)),
            new Text(""),
        ];
        if (lagging.Count > 0)
        {
            rows.Add(SubscriberText.Listing.TableOf(lagging.Take(room)));
            rows.Add(TerminalReport.TextOf(lagging.Count > room ? $"and {lagging.Count - room} more" : ""));
        }

        rows.Add(Versions.TableOf(state.Versions));
        rows.Add(new Text(""));
        rows.AddRange(state.Recent.Take(room).Select(line => TerminalReport.TextOf(line)));
        return Rows(rows);
    }

    private static Rows Rows(IEnumerable<IRenderable> rows) => new(rows);

    private static Cell Serving(IReadOnlyList<Subscriber> subscribers, long version)
    {
        var serving = subscribers.Count(one => one.Version >= version && one.Problem is null);
        var full = subscribers.Count == 0 ? 0 : BarWidth * serving / subscribers.Count;
        return new Cell(
            $"{new string('#', full)}{new string('.', BarWidth - full)} {serving} of {subscribers.Count} serve it",
            serving == subscribers.Count ? Tone.Good : Tone.Warning);
    }
}
