using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync history</c>: the versions of a registry and what made them.</summary>
internal static class HistoryCommand
{
    private const int DefaultLimit = 20;

    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var version = new Option<long?>("--version")
        {
            Description = "Only this version, with the other writers that led to it.",
            HelpName = "number",
        };
        var limit = new Option<int>("--limit")
        {
            Description = $"At most this many, newest first. Default: {DefaultLimit}.",
            HelpName = "number",
            DefaultValueFactory = _ => DefaultLimit,
        };
        var before = new Option<long?>("--cursor")
        {
            Description = "Begin with this version.",
            HelpName = "number",
        };
        var command = new Command("history", "Lists the versions of a registry, and what made them.")
        {
            registry, version, limit, before,
        };
        Session.SetAction(command, async (session, parsed) =>
        {
            var name = parsed.GetRequiredValue(registry);
            if (parsed.GetValue(version) is { } one)
            {
                return session.Show<VersionDetails>(
                    await session.AskAsync(HttpMethod.Get, SiloApi.Path(name, "versions", Columns.Text(one))), Print);
            }

            var question = SiloApi.Query(
                ("limit", Columns.Text(parsed.GetValue(limit))), ("cursor", Columns.Text(parsed.GetValue(before))));
            return session.Show<VersionPage>(
                await session.AskAsync(HttpMethod.Get, SiloApi.Path(name, "versions") + question), Print);
        });
        return command;
    }

    private static void Print(TextWriter output, VersionPage page)
    {
        output.WriteTable(
            ["VERSION", "MADE", "SILO", "CALLERS", "ENDPOINTS", "ADDED", "CHANGED", "REMOVED"],
            page.Versions.Select(made => new[]
            {
                $"{made.Version}", Columns.Text(made.SyncedAt), made.Silo, Columns.Text(made.Callers),
                Columns.Text(made.EndpointsSynced), Columns.Text(made.RoutesAdded), Columns.Text(made.RoutesChanged),
                Columns.Text(made.RoutesRemoved),
            }));
        if (page.Next is { } next)
        {
            output.WriteLine();
            output.WriteLine($"There are more: --cursor {next}");
        }
    }

    private static void Print(TextWriter output, VersionDetails details)
    {
        var made = details.Receipt;
        output.WriteFields(
            ("version", $"{made.Version}"),
            ("made", Columns.Text(made.SyncedAt)),
            ("silo", made.Silo),
            ("callers", Columns.Text(made.Callers)),
            ("endpoints", $"{made.EndpointsSynced} synced"),
            ("routes", $"{made.RoutesAdded} added, {made.RoutesChanged} changed, {made.RoutesRemoved} removed"),
            ("content hash", made.ContentHash));
        WritersCommand.PrintWrites(output, details.Writes);
    }
}
