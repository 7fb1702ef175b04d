using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync writers</c></summary>
internal static class WritersCommand
{
    private const int LongestList = 3;

    private static readonly Listing<ForeignWrite> Writes = new(
        write => write.Writer.Application,
        new("WHEN", write => Columns.Text(write.ChangedAt)),
        new("ROLE", write => write.Writer.Role),
        new("APPLICATION", write => write.Writer.Application),
        new("PID", write => Columns.Text(write.Writer.ProcessId), IsNumber: true),
        new("ADDRESS", write => write.Writer.Address ?? "socket"),
        new("LOCK", write => write.Locked ? "held" : new Cell("none", Tone.Warning)),
        new("DID", write => write.Operation.ToLowerInvariant()),
        new("ROUTES", write => Routes(write.Keys)),
        new("OUTCOME", write => write.Outcome),
        new("VERSION", write => Columns.Text(write.Version), IsNumber: true));

    private static readonly Listing<RepairBackoff> Backoffs = new(
        backoff => Columns.Text(backoff.EndpointId),
        new("ENDPOINT", backoff => Columns.Text(backoff.EndpointId), IsNumber: true),
        new("REPAIRS", backoff => Columns.Text(backoff.Repairs), IsNumber: true),
        new("SINCE", backoff => Columns.Text(backoff.Since)),
        new("BACKOFF UNTIL", backoff => Columns.Text(backoff.Until)),
        new("WRITER", backoff => $"{backoff.Writer}"));

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command(
            "writers", "Lists the route changes by writers outside the cluster, with their outcomes.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<WriterList, ForeignWrite>(
                (_, _) => Operations.Writers.At([registry.Of(parsed, session.Connection)]), list => list.Writes, Writes)
            {
                Above = Headline,
                Below = (report, list) => PrintRepairBackoffs(report, list.RepairBackoffs),
            }),
            isList: true);
        return command;
    }

    /// <summary>Prints what other writers did, if they did anything.</summary>
    public static void PrintWrites(Report report, IReadOnlyList<ForeignWrite> writes)
    {
        if (writes.Count > 0)
        {
            report.Line();
            Writes.Print(report, writes);
        }
    }

    /// <summary>Prints the endpoints in repair backoff, if there are any.</summary>
    public static void PrintRepairBackoffs(Report report, IReadOnlyList<RepairBackoff> backoffs)
    {
        if (backoffs.Count > 0)
        {
            report.Line();
            report.Line("Repair backoff: another writer keeps undoing the repairs of these endpoints.");
            Backoffs.Print(report, backoffs);
        }
    }

    private static void Headline(Report report, WriterList list, IReadOnlyList<ForeignWrite> writes)
    {
        report.Line($"{list.Total} writes by others, {list.Unlocked} of them without the lock");
        if (writes.Count > 0)
        {
            report.Line();
        }
    }

    private static string Routes(IReadOnlyList<string>? keys) => keys switch
    {
        null => "many",
        { Count: > LongestList } => $"{string.Join(", ", keys.Take(LongestList))} and {keys.Count - LongestList} more",
        _ => string.Join(", ", keys),
    };
}
