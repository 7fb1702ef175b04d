using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync endpoints</c></summary>
internal static class EndpointsCommand
{
    public static Command Create() =>
        new("endpoints", "Lists, shows and edits the endpoints of a registry. Routes follow with the next reload.")
        {
            List(), Show(), Add(), Change(), Archive(), Delete(),
        };

    private static Command List()
    {
        var registry = CommonOptions.Registry();
        var command = new Command("list", "Lists the endpoints, archived ones included.") { registry };
        Session.SetAction(command, (session, parsed) => session.ShowPagesAsync<EndpointList>(
            (_, cursor) => Path(parsed.GetRequiredValue(registry)) + SiloApi.Query(("cursor", cursor)),
            page => Columns.Text(page.Next), Print));
        return command;
    }

    private static Command Show()
    {
        var (registry, id) = (CommonOptions.Registry(), Id());
        var command = new Command("show", "Shows one endpoint, with the tag for --if-match.") { registry, id };
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(
                HttpMethod.Get, Path(parsed.GetRequiredValue(registry), parsed.GetRequiredValue(id))), Print));
        return command;
    }

    private static Command Add()
    {
        var (registry, fields) = (CommonOptions.Registry(), new EndpointFields(needed: true));
        var command = new Command("add", "Declares an endpoint.") { registry };
        fields.AddTo(command);
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(
                HttpMethod.Post, Path(parsed.GetRequiredValue(registry)), fields.Read(parsed)), Print));
        return command;
    }

    private static Command Change()
    {
        var (registry, id, fields, ifMatch) =
            (CommonOptions.Registry(), Id(), new EndpointFields(needed: false), IfMatch());
        var command = new Command(
            "change", "Changes the fields that are given and leaves the others.") { registry, id, ifMatch };
        fields.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!fields.AnyOf(result))
            {
                result.AddError("Nothing to change: give at least one field, such as --name.");
            }
        });
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(
                HttpMethod.Patch, Path(parsed.GetRequiredValue(registry), parsed.GetRequiredValue(id)),
                fields.Read(parsed), parsed.GetValue(ifMatch)),
            Print));
        return command;
    }

    private static Command Archive()
    {
        var (registry, id, ifMatch) = (CommonOptions.Registry(), Id(), IfMatch());
        var command = new Command(
            "archive", "Keeps an endpoint but no longer routes it; `change --active true` brings it back.")
        {
            registry, id, ifMatch,
        };
        Session.SetAction(command, async (session, parsed) => session.Show<EndpointView>(
            await session.AskAsync(
                HttpMethod.Post, $"{Path(parsed.GetRequiredValue(registry), parsed.GetRequiredValue(id))}/archive",
                ifMatch: parsed.GetValue(ifMatch)),
            Print));
        return command;
    }

    private static Command Delete()
    {
        var (registry, id, ifMatch) = (CommonOptions.Registry(), Id(), IfMatch());
        var command = new Command("delete", "Deletes an endpoint for good.") { registry, id, ifMatch };
        Session.SetAction(command, async (session, parsed) => session.Confirm(
            await session.AskAsync(
                HttpMethod.Delete, Path(parsed.GetRequiredValue(registry), parsed.GetRequiredValue(id)),
                ifMatch: parsed.GetValue(ifMatch)),
            $"Deleted endpoint {parsed.GetRequiredValue(id)} of {parsed.GetRequiredValue(registry)}. Its routes go "
            + "with the next reload."));
        return command;
    }

    private static Argument<int> Id() => new("id") { Description = "The endpoint's id, as list shows it." };

    private static Option<string?> IfMatch() => new("--if-match")
    {
        Description = "Edit only if the endpoint still has this tag, as show prints it.",
        HelpName = "tag",
    };

    private static string Path(string registry, params int[] id) =>
        SiloApi.Path(registry, ["endpoints", .. id.Select(number => Columns.Text(number))]);

    private static void Print(TextWriter output, IReadOnlyList<EndpointList> pages) => output.WriteTable(
        ["ID", "ACTIVE", "SYNCED", "APP", "NAME", "ROOT PATH"],
        pages.SelectMany(page => page.Endpoints).Select(endpoint => new[]
        {
            Columns.Text(endpoint.Id), Columns.Text(endpoint.Active), Columns.Text(endpoint.RegistrySync), endpoint.App,
            endpoint.Name, endpoint.RootPath,
        }));

    private static void Print(TextWriter output, EndpointView endpoint) => output.WriteFields(
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
