using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync overlaps</c>: the rules that compete for requests.</summary>
internal static class OverlapsCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var command = new Command("overlaps", "Lists the rules of the newest version that compete for requests.")
        {
            registry,
        };
        Session.SetAction(command, (session, parsed) => session.ShowPagesAsync<OverlapList>(
            (_, cursor) => SiloApi.Path(parsed.GetRequiredValue(registry), "overlaps")
                + SiloApi.Query(("cursor", cursor)),
            page => Columns.Text(page.Next), Print));
        return command;
    }

    private static void Print(TextWriter output, IReadOnlyList<OverlapList> pages)
    {
        var overlaps = pages.SelectMany(page => page.Overlaps).ToList();
        if (overlaps.Count == 0)
        {
            output.WriteLine($"No two rules of version {pages[0].Version} compete.");
            return;
        }

        output.WriteTable(
            ["KIND", "FIRST", "KEY", "SECOND", "KEY", "METHODS"],
            overlaps.Select(overlap => new[]
            {
                overlap.Kind.ToLowerInvariant(), overlap.FirstRule, overlap.FirstKey, overlap.SecondRule,
                overlap.SecondKey, overlap.Methods.Count > 0 ? string.Join(' ', overlap.Methods) : "all",
            }));
    }
}
