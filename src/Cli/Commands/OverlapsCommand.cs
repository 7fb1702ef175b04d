using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync overlaps</c>: the rules that compete for requests.</summary>
internal static class OverlapsCommand
{
    private static readonly Listing<RuleOverlap> Listing = new(
        overlap => overlap.FirstKey,
        new("KIND", overlap => overlap.Kind.ToLowerInvariant()),
        new("FIRST", overlap => overlap.FirstRule),
        new("KEY", overlap => overlap.FirstKey),
        new("SECOND", overlap => overlap.SecondRule),
        new("KEY", overlap => overlap.SecondKey),
        new("METHODS", overlap => overlap.Methods.Count > 0 ? string.Join(' ', overlap.Methods) : "all"));

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command("overlaps", "Lists the rules of the newest version that compete for requests.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<OverlapList, RuleOverlap>(
                (_, cursor) => Operations.Overlaps.At([registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                page => page.Overlaps, Listing)
            {
                Next = page => Columns.Text(page.Next),
                Above = Headline,
            }),
            isList: true);
        return command;
    }

    private static void Headline(Report report, OverlapList first, IReadOnlyList<RuleOverlap> overlaps)
    {
        if (overlaps.Count == 0)
        {
            report.Line($"No two rules of version {first.Version} compete.");
        }
    }
}
