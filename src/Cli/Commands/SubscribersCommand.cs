using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync subscribers</c></summary>
internal static class SubscribersCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command(
            "subscribers",
            "Lists the silos and workers that subscribe to a registry, and the version that each serves.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<SubscriberList, Subscriber>(
                (_, cursor) => Operations.Subscribers.At(
                    [registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                list => list.Subscribers, SubscriberText.Listing)
            {
                Next = list => list.Next,
                Above = Headline,
            }),
            isList: true);
        return command;
    }

    private static void Headline(Report report, SubscriberList list, IReadOnlyList<Subscriber> subscribers)
    {
        report.Line($"Version {list.Version}, {Columns.Count(subscribers.Count, "subscriber")}");
        if (subscribers.Count > 0)
        {
            report.Line();
        }
    }
}
