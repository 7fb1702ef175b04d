using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using EndpointSync.Cli;
using EndpointSync.Cli.Commands;

var root = new RootCommand(
    "Reloads the registries of an EndpointSync cluster, shows their state and history, edits their endpoints, makes "
    + "keys for the HTTP API and certificates for the cluster's ports, and prints SQL for the databases' "
    + "administrator.")
{
    CommonOptions.Server,
    CommonOptions.Json,
    CommonOptions.KeyFile,
    ReloadCommand.Create(),
    StatusCommand.Create(),
    RoutesCommand.Create(),
    HistoryCommand.Create(),
    DiffCommand.Create(),
    ExplainCommand.Create(),
    OverlapsCommand.Create(),
    SubscribersCommand.Create(),
    WritersCommand.Create(),
    EndpointsCommand.Create(),
    KeysCommand.Create(),
    AuditCommand.Create(),
    CertsCommand.Create(),
    SqlCommand.Create(),
};
var help = root.Options.OfType<HelpOption>().Single();
help.Action = new HelpWithExitCodes((HelpAction)help.Action!);

var parsed = root.Parse(args);
if (parsed.Action is not ParseErrorAction wrongUsage)
{
    return await parsed.InvokeAsync();
}

wrongUsage.ShowHelp = false;
await parsed.InvokeAsync();
await Console.Error.WriteLineAsync("Add --help to see the usage.");
return ExitCode.WrongUsage;
