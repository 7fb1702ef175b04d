using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync routes</c></summary>
internal static class RoutesCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var version = new Option<long?>("--version")
        {
            Description = "The version. Default: the newest.",
            HelpName = "number",
        };
        var command = new Command("routes", "Lists the routes of a version of a registry.") { registry, version };
        Session.SetAction(command, (session, parsed) => session.ShowPagesAsync<RouteList>(
            (first, cursor) => SiloApi.Path(parsed.GetRequiredValue(registry), "routes") + SiloApi.Query(
                ("version", first is null ? Columns.Text(parsed.GetValue(version)) : $"{first.Version}"),
                ("cursor", cursor)),
            page => page.Next, Print));
        return command;
    }

    private static void Print(TextWriter output, IReadOnlyList<RouteList> pages)
    {
        var routes = pages.SelectMany(page => page.Routes).ToList();
        output.WriteLine($"Version {pages[0].Version}, {routes.Count} routes");
        if (routes.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["SINCE", "KEY", "ROUTE"],
            routes.Select(route => new[] { $"{route.Since}", route.Key, route.Route ?? "" }));
    }
}
