using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync writers</c></summary>
internal static class WritersCommand
{
    private const int LongestList = 3;

    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var command = new Command(
            "writers", "Lists the route changes by writers outside the cluster, with their outcomes.")
        {
            registry,
        };
        Session.SetAction(command, async (session, parsed) =>
            session.Show<WriterList>(
                await session.AskAsync(
                    HttpMethod.Get, SiloApi.Path(parsed.GetRequiredValue(registry), "writers")), Print));
        return command;
    }

    private static void Print(TextWriter output, WriterList list)
    {
        output.WriteLine($"{list.Total} writes by others, {list.Unlocked} of them without the lock");
        PrintWrites(output, list.Writes);
        PrintRepairBackoffs(output, list.RepairBackoffs);
    }

    /// <summary>Prints what other writers did, if they did anything.</summary>
    public static void PrintWrites(TextWriter output, IReadOnlyList<ForeignWrite> writes)
    {
        if (writes.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["WHEN", "ROLE", "APPLICATION", "PID", "ADDRESS", "LOCK", "DID", "ROUTES", "OUTCOME", "VERSION"],
            writes.Select(Row));
    }

    /// <summary>Prints the endpoints in repair backoff, if there are any.</summary>
    public static void PrintRepairBackoffs(TextWriter output, IReadOnlyList<RepairBackoff> backoffs)
    {
        if (backoffs.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Repair backoff: another writer keeps undoing the repairs of these endpoints.");
        output.WriteTable(
            ["ENDPOINT", "REPAIRS", "SINCE", "BACKOFF UNTIL", "WRITER"],
            backoffs.Select(backoff => (string[])
            [
                Columns.Text(backoff.EndpointId), Columns.Text(backoff.Repairs), Columns.Text(backoff.Since),
                Columns.Text(backoff.Until), $"{backoff.Writer}",
            ]));
    }

    private static string[] Row(ForeignWrite write) =>
    [
        Columns.Text(write.ChangedAt), write.Writer.Role, write.Writer.Application,
        Columns.Text(write.Writer.ProcessId), write.Writer.Address ?? "socket", write.Locked ? "held" : "none",
        write.Operation.ToLowerInvariant(), Routes(write.Keys), write.Outcome, $"{write.Version}",
    ];

    private static string Routes(IReadOnlyList<string>? keys) => keys switch
    {
        null => "many",
        { Count: > LongestList } => $"{string.Join(", ", keys.Take(LongestList))} and {keys.Count - LongestList} more",
        _ => string.Join(", ", keys),
    };
}
