using System.CommandLine;
using System.CommandLine.Parsing;
using EndpointSync.Cli.Api;

namespace EndpointSync.Cli.Options;

/// <summary>The options for an endpoint's fields.</summary>
/// <param name="needed">Whether the fields that every endpoint has are required.</param>
internal sealed class EndpointFields(bool needed)
{
    private readonly Option<string?> _name = new("--name") { Description = "The display name.", Required = needed };
    private readonly Option<string?> _rootPath =
        new("--root-path") { Description = "The path below which the endpoint answers.", Required = needed };
    private readonly Option<string?> _app =
        new("--app") { Description = "The application that answers.", Required = needed };
    private readonly Option<string?> _description = new("--description") { Description = "The endpoint's purpose." };
    private readonly Option<bool?> _active =
        new("--active") { Description = "Whether the endpoint is routed: true or false." };
    private readonly Option<bool?> _saveHttpSession = new("--save-http-session")
    {
        Description = "Whether Odoo keeps the HTTP session: true or false.",
    };

    private Option[] All => [_name, _rootPath, _app, _description, _active, _saveHttpSession];

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    public bool AnyOf(CommandResult command) => All.Any(option => command.GetResult(option) is { Implicit: false });

    public EndpointEdit Read(ParseResult parsed) => new(
        parsed.GetValue(_name), parsed.GetValue(_rootPath), parsed.GetValue(_app), parsed.GetValue(_description),
        parsed.GetValue(_active), parsed.GetValue(_saveHttpSession));
}
