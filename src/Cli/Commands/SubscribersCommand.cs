using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync subscribers</c></summary>
internal static class SubscribersCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var command = new Command(
            "subscribers",
            "Lists the silos and workers that subscribe to a registry, and the version that each serves.") { registry };
        Session.SetAction(command, async (session, parsed) =>
            session.Show<SubscriberList>(
                await session.AskAsync(HttpMethod.Get, SiloApi.Path(parsed.GetRequiredValue(registry), "subscribers")),
                Print));
        return command;
    }

    public static string Kind(Subscriber subscriber) => subscriber.Kind == SubscriberKind.Silo ? "silo" : "worker";

    // A subscriber that never reported a version has no time either.
    public static string Since(Subscriber subscriber) =>
        subscriber.Since == default ? "" : Columns.Text(subscriber.Since);

    private static void Print(TextWriter output, SubscriberList list)
    {
        output.WriteLine($"Version {list.Version}, {list.Subscribers.Count} subscribers");
        if (list.Subscribers.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["KIND", "NAME", "SILO", "VERSION", "LAG", "SINCE", "REPORTED", "PROBLEM"], list.Subscribers.Select(Row));
    }

    private static string[] Row(Subscriber subscriber) =>
    [
        Kind(subscriber), subscriber.Name, subscriber.Silo, $"{subscriber.Version}", Columns.Text(subscriber.Lag),
        Since(subscriber), $"{Columns.Seconds(subscriber.SilentFor)} ago", subscriber.Problem ?? "",
    ];
}
