using System.CommandLine;
using System.Text;
using System.Text.Json;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Streams;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync events</c>: what happens to a registry, as it happens.</summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var after = new Option<string?>("--after")
        {
            Description = "Begin behind this event, by its id; 0: with the oldest that is kept. Default: now.",
            HelpName = "id",
        };
        var limit = new Option<int?>("--limit") { Description = "End after this many events.", HelpName = "number" };
        var command = new Command(
            "events", "Follows what happens to a registry, over the ends of silos; with -o json a line for each event.")
        {
            after, limit,
        };
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => FollowAsync(
                session, registry.Of(parsed, session.Connection), parsed.GetValue(after), parsed.GetValue(limit)));
        return command;
    }

    private static async Task<int> FollowAsync(Session session, string registry, string? after, int? limit)
    {
        var feed = new EventFeed(
            session.Api, registry, after, words => session.Error.WriteLine(VisibleText.Of(words)));
        var left = limit ?? int.MaxValue;
        await foreach (var one in feed.ReadAsync(session.CancellationToken))
        {
            Print(session, one);
            if (--left == 0)
            {
                break;
            }
        }

        return ExitCode.Success;
    }

    private static void Print(Session session, ServerEvent one)
    {
        if (session.Format == OutputFormat.Json)
        {
            session.Output.WriteLine(Json(one));
            session.Output.Flush();
        }
        else if (EventText.Line(one) is { } line)
        {
            session.Report.Line(line);
        }
    }

    private static string Json(ServerEvent one)
    {
        using var line = new MemoryStream();
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("event", one.Kind);
            writer.WriteString("id", one.Id);
            writer.WritePropertyName("data");
            writer.WriteRawValue(one.Data);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }
}
