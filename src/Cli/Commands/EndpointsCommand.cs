using System.CommandLine;
using System.Globalization;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync endpoints</c></summary>
internal static class EndpointsCommand
{
    private static readonly Listing<EndpointView> Listing = new(
        endpoint => Columns.Text(endpoint.Id),
        new("ID", endpoint => Columns.Text(endpoint.Id)),
        new("ACTIVE", endpoint => Columns.Text(endpoint.Active)),
        new("SYNCED", endpoint => new Cell(
            Columns.Text(endpoint.RegistrySync), endpoint.RegistrySync ? Tone.None : Tone.Warning)),
        new("APP", endpoint => endpoint.App),
        new("NAME", endpoint => endpoint.Name),
        new("ROOT PATH", endpoint => endpoint.RootPath),
        new("DESCRIPTION", endpoint => endpoint.Description ?? "", IsWide: true),
        new("ETAG", endpoint => endpoint.ETag, IsWide: true));

    public static Command Create() =>
        new("endpoints", "Lists, shows and edits the endpoints of a registry. Routes follow with the next reload.")
        {
            List(), Show(), Add(), Change(), Archive(), Delete(),
        };

    private static Command List()
    {
        var registry = new RegistryArgument();
        var command = new Command("list", "Lists the endpoints, archived ones included.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<EndpointList, EndpointView>(
                (_, cursor) => Operations.Endpoints.At([registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                page => page.Endpoints, Listing)
            {
                Next = page => Columns.Text(page.Next),
            }),
            isList: true);
        return command;
    }

    private static Command Show()
    {
        var endpoint = Endpoint();
        var command = new Command("show", "Shows one endpoint, with the tag for --if-match.");
        endpoint.AddTo(command);
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(Operations.ShowEndpoint.At(Path(endpoint, session, parsed))), Print));
        return command;
    }

    private static Command Add()
    {
        var (registry, fields) = (new RegistryArgument(), new EndpointFields(needed: true));
        var command = new Command("add", "Declares an endpoint.");
        registry.AddTo(command);
        fields.AddTo(command);
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(Operations.AddEndpoint.At([registry.Of(parsed, session.Connection)]) with
            {
                Body = fields.Read(parsed),
            }),
            Print));
        return command;
    }

    private static Command Change()
    {
        var (endpoint, fields, ifMatch) = (Endpoint(), new EndpointFields(needed: false), IfMatch());
        var command = new Command("change", "Changes the fields that are given and leaves the others.") { ifMatch };
        endpoint.AddTo(command);
        fields.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!fields.AnyOf(result))
            {
                result.AddError("Nothing to change: give at least one field, such as --name.");
            }
        });
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(Operations.ChangeEndpoint.At(Path(endpoint, session, parsed)) with
            {
                Body = fields.Read(parsed),
                IfMatch = parsed.GetValue(ifMatch),
            }),
            Print));
        return command;
    }

    private static Command Archive()
    {
        var (endpoint, ifMatch) = (Endpoint(), IfMatch());
        var command = new Command(
            "archive", "Keeps an endpoint but no longer routes it; `change --active true` brings it back.")
        {
            ifMatch,
        };
        endpoint.AddTo(command);
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(Operations.ArchiveEndpoint.At(Path(endpoint, session, parsed)) with
            {
                IfMatch = parsed.GetValue(ifMatch),
            }),
            Print));
        return command;
    }

    private static Command Delete()
    {
        var (endpoint, ifMatch) = (Endpoint(), IfMatch());
        var command = new Command("delete", "Deletes an endpoint for good.") { ifMatch };
        endpoint.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var path = Path(endpoint, session, parsed);
            return session.Confirm(
                await session.AskAsync(Operations.DeleteEndpoint.At(path) with { IfMatch = parsed.GetValue(ifMatch) }),
                $"Deleted endpoint {path[1]} of {path[0]}. Its routes go with the next reload.");
        });
        return command;
    }

    private static RegistryArgument Endpoint() => new("id", "The endpoint's id, as list shows it.");

    private static Option<string?> IfMatch() => new("--if-match")
    {
        Description = "Edit only if the endpoint still has this tag, as show prints it.",
        HelpName = "tag",
    };

    private static string[] Path(RegistryArgument endpoint, Session session, ParseResult parsed)
    {
        var (registry, id) = endpoint.Read(parsed, session.Connection);
        return int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? [registry, id]
            : throw new UsageException($"'{id}' is not the id of an endpoint, which is a number.");
    }

    private static void Print(Report report, EndpointView endpoint) => report.Fields(
        ("id", Columns.Text(endpoint.Id)),
        ("name", endpoint.Name),
        ("root path", endpoint.RootPath),
        ("app", endpoint.App),
        ("description", endpoint.Description),
        ("active", Columns.Text(endpoint.Active)),
        ("synced", Columns.Text(endpoint.RegistrySync)),
        ("save http session", Columns.Text(endpoint.SaveHttpSession)),
        ("etag", endpoint.ETag));
}
