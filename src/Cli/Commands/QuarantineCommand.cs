using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync quarantine</c></summary>
internal static class QuarantineCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command(
            "quarantine", "Lists the endpoints of a registry that cannot be routed, with the reasons.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<QuarantineList, RejectedEndpoint>(
                (_, cursor) => Operations.Quarantine.At(
                    [registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                page => page.Endpoints, QuarantineTable.Listing)
            {
                Next = page => Columns.Text(page.Next),
                Above = Headline,
            }),
            isList: true);
        return command;
    }

    private static void Headline(Report report, QuarantineList first, IReadOnlyList<RejectedEndpoint> rejected)
    {
        if (rejected.Count == 0)
        {
            report.Line(new Cell("Every endpoint can be routed.", Tone.Good));
        }
    }
}
