using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync routes</c></summary>
internal static class RoutesCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var command = new Command("routes", "Lists the routes of a registry's newest version.") { registry };
        Session.SetAction(command, async (session, parsed) =>
            session.Show<RouteList>(
                await session.AskAsync(HttpMethod.Get, SiloApi.Path(parsed.GetRequiredValue(registry), "routes")),
                Print));
        return command;
    }

    private static void Print(TextWriter output, RouteList list)
    {
        output.WriteLine($"Version {list.Version}, {list.Routes.Count} routes");
        if (list.Routes.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["SINCE", "KEY", "ROUTE"],
            list.Routes.Select(route => new[] { $"{route.Since}", route.Key, route.Route ?? "" }));
    }
}
