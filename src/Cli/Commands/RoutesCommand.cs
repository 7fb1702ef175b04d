using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync routes</c>: the routes of a version.</summary>
internal static class RoutesCommand
{
    private static readonly Listing<RouteView> Listing = new(
        route => route.Key,
        new("SINCE", route => Columns.Text(route.Since), IsNumber: true),
        new("KEY", route => route.Key),
        new("APP", route => route.App ?? "", IsWide: true),
        new("ROUTE", route => route.Route ?? ""),
        new("ROUTING", route => route.Routing ?? "", IsWide: true));

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var version = VersionNumber.Create("--version", "The version. Default: the newest.");
        var command = new Command("routes", "Lists the routes of a version of a registry.") { version };
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<RouteList, RouteView>(
                (first, cursor) => Operations.Routes.At(
                    [registry.Of(parsed, session.Connection)],
                    ("version", Columns.Text(first?.Version ?? parsed.GetValue(version))), ("cursor", cursor)),
                page => page.Routes, Listing)
            {
                Next = page => page.Next,
                Above = Headline,
            }),
            isList: true);
        return command;
    }

    private static void Headline(Report report, RouteList first, IReadOnlyList<RouteView> routes)
    {
        report.Line($"Version {first.Version}, {Columns.Count(routes.Count, "route")}");
        if (routes.Count > 0)
        {
            report.Line();
        }
    }
}
