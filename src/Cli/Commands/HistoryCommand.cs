using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync history</c>: the versions of a registry and what made them.</summary>
internal static class HistoryCommand
{
    private const int DefaultLimit = 20;

    private static readonly Listing<VersionReceipt> Listing = new(
        made => Columns.Text(made.Version),
        new("VERSION", made => Columns.Text(made.Version), IsNumber: true),
        new("MADE", made => Columns.Text(made.SyncedAt)),
        new("SILO", made => made.Silo),
        new("CALLERS", made => Columns.Text(made.Callers), IsNumber: true),
        new("ENDPOINTS", made => Columns.Text(made.EndpointsSynced), IsNumber: true),
        new("ADDED", made => Columns.Text(made.RoutesAdded), IsNumber: true),
        new("CHANGED", made => Columns.Text(made.RoutesChanged), IsNumber: true),
        new("REMOVED", made => Columns.Text(made.RoutesRemoved), IsNumber: true),
        new("ROLLED BACK", made => made.Rollback is { } rollback ? $"to {rollback.ToVersion} by {rollback.By}" : ""),
        new("HASH", made => made.ContentHash, IsWide: true));

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var version = VersionNumber.Create("--version", "Only this version, with the other writers that led to it.");
        var limit = new Option<int>("--limit")
        {
            Description = $"At most this many, newest first. Default: {DefaultLimit}.",
            HelpName = "number",
            DefaultValueFactory = _ => DefaultLimit,
        };
        var cursor = VersionNumber.Create("--cursor", "Begin with this version.");
        var command = new Command("history", "Lists the versions of a registry, and what made them.")
        {
            version, limit, cursor,
        };
        registry.AddTo(command);
        Session.SetAction(
            command, async (session, parsed) =>
            {
                var name = registry.Of(parsed, session.Connection);
                return parsed.GetValue(version) is { } one
                    ? session.Show<VersionDetails>(
                        await session.AskAsync(Operations.Version.At([name, Columns.Text(one)])), Print)
                    : await session.ListAsync(new ListCommand<VersionPage, VersionReceipt>(
                        (_, _) => Operations.Versions.At(
                            [name], ("limit", Columns.Text(parsed.GetValue(limit))),
                            ("cursor", Columns.Text(parsed.GetValue(cursor)))),
                        page => page.Versions, Listing)
                    {
                        Below = More,
                    });
            },
            isList: true);
        return command;
    }

    private static void More(Report report, VersionPage page)
    {
        if (page.Next is { } next)
        {
            report.Line();
            report.Line($"There are more: --cursor {next}");
        }
    }

    private static string RolledBack(RollbackOrigin rollback) =>
        $"from {rollback.FromVersion} to the table of {rollback.ToVersion} by {rollback.By}"
        + (rollback.ServedFor is { } time ? $"; the former answered for {Columns.Duration(time)}" : "")
        + (rollback.Reason is { Length: > 0 } reason ? $"; {reason}" : "");

    private static void Print(Report report, VersionDetails details)
    {
        var made = details.Receipt;
        report.Fields(
            ("version", Columns.Text(made.Version)),
            ("made", Columns.Text(made.SyncedAt)),
            ("silo", made.Silo),
            ("callers", Columns.Text(made.Callers)),
            ("endpoints", $"{made.EndpointsSynced} synced"),
            ("routes", $"{made.RoutesAdded} added, {made.RoutesChanged} changed, {made.RoutesRemoved} removed"),
            ("rolled back", made.Rollback is { } rollback ? RolledBack(rollback) : null),
            ("content hash", made.ContentHash));
        WritersCommand.PrintWrites(report, details.Writes);
    }
}
