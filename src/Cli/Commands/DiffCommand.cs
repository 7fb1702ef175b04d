using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync diff</c>: the routes that differ between two versions.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var from = VersionNumber.Create("--from", "The first version. Default: the one before the second.");
        var to = VersionNumber.Create("--to", "The second version. Default: the newest.");
        var command = new Command("diff", "Shows the routes that differ between two versions.") { from, to };
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<RouteDiff, RouteDifference>(
                (first, cursor) => Operations.Diff.At(
                    [registry.Of(parsed, session.Connection)],
                    ("from", Columns.Text(first?.From ?? parsed.GetValue(from))),
                    ("to", Columns.Text(first?.To ?? parsed.GetValue(to))), ("cursor", cursor)),
                page => page.Changes, ChangeTable.Names)
            {
                Next = page => page.Next,
                Above = (report, first, changes) =>
                    ChangeTable.Print(report, $"Version {first.From} to {first.To}", changes),
            }),
            isList: true);
        return command;
    }
}
