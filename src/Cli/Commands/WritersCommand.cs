using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync writers</c></summary>
internal static class WritersCommand
{
    private const int LongestList = 3;

    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var command = new Command("writers", "Lists what writers outside the cluster did to a registry's routes, and what became of it.") { registry };
        Session.SetAction(command, async (session, parsed) =>
            session.Show<WriterList>(await session.AskAsync(HttpMethod.Get, SiloApi.Path(parsed.GetRequiredValue(registry), "writers")), Print));
        return command;
    }

    private static void Print(TextWriter output, WriterList list)
    {
        output.WriteLine($"{list.Total} writes by others, {list.Unlocked} of them without the lock");
        if (list.Writes.Count > 0)
        {
            output.WriteLine();
            output.WriteTable(["WHEN", "ROLE", "APPLICATION", "PID", "ADDRESS", "LOCK", "DID", "ROUTES", "VERDICT", "VERSION"], list.Writes.Select(Row));
        }

        PrintDisputes(output, list.Disputes);
    }

    /// <summary>Prints the endpoints that two writers disagree about, if there are any.</summary>
    public static void PrintDisputes(TextWriter output, IReadOnlyList<Dispute> disputes)
    {
        if (disputes.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Made wrong again and again by another writer:");
        output.WriteTable(
            ["ENDPOINT", "REPAIRS", "SINCE", "PUT OFF UNTIL", "WRITER"],
            disputes.Select(dispute => (string[])
            [
                Columns.Text(dispute.EndpointId), Columns.Text(dispute.Repairs), Columns.Text(dispute.Since), Columns.Text(dispute.Until), $"{dispute.Writer}",
            ]));
    }

    private static string[] Row(ForeignWrite write) =>
    [
        Columns.Text(write.ChangedAt), write.Writer.Role, write.Writer.Application, Columns.Text(write.Writer.ProcessId), write.Writer.Address ?? "socket",
        write.Locked ? "held" : "none", write.Operation.ToLowerInvariant(), Routes(write.Keys), write.Verdict, $"{write.Version}",
    ];

    private static string Routes(IReadOnlyList<string>? keys) => keys switch
    {
        null => "many",
        { Count: > LongestList } => $"{string.Join(", ", keys.Take(LongestList))} and {keys.Count - LongestList} more",
        _ => string.Join(", ", keys),
    };
}
