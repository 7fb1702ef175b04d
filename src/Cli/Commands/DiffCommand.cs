using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync diff</c>: the routes that differ between two versions.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var from = Version("--from", "The first version. Default: the one before the second.");
        var to = Version("--to", "The second version. Default: the newest.");
        var command = new Command("diff", "Shows the routes that differ between two versions.") { registry, from, to };
        Session.SetAction(command, (session, parsed) => session.ShowPagesAsync<RouteDiff>(
            (first, cursor) => SiloApi.Path(parsed.GetRequiredValue(registry), "diff") + SiloApi.Query(
                ("from", first is null ? Columns.Text(parsed.GetValue(from)) : $"{first.From}"),
                ("to", first is null ? Columns.Text(parsed.GetValue(to)) : $"{first.To}"), ("cursor", cursor)),
            page => page.Next, Print));
        return command;
    }

    private static Option<long?> Version(string name, string description) =>
        new(name) { Description = description, HelpName = "number" };

    private static void Print(TextWriter output, IReadOnlyList<RouteDiff> pages)
    {
        var differences = pages.SelectMany(page => page.Changes).ToList();
        output.WriteLine(
            $"Version {pages[0].From} to {pages[0].To}: {differences.Count(one => one.Before is null)} added, "
            + $"{differences.Count(one => one is { Before: not null, After: not null })} changed, "
            + $"{differences.Count(one => one.After is null)} removed");
        if (differences.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(["", "KEY", "APP", "ROUTE"], differences.SelectMany(Rows));
    }

    private static IEnumerable<string[]> Rows(RouteDifference difference) =>
        new[] { Row("-", difference.Before), Row("+", difference.After) }.OfType<string[]>();

    private static string[]? Row(string sign, RouteView? route) =>
        route is null ? null : [sign, route.Key, route.App ?? "", route.Route ?? ""];
}
