using System.CommandLine.Help;
using System.CommandLine.Invocation;
using EndpointSync.Cli;
using EndpointSync.Cli.Commands;

var root = CommandTree.Create();
var help = root.Options.OfType<HelpOption>().Single();
help.Action = new HelpWithExitCodes((HelpAction)help.Action!);

var parsed = root.Parse(args);
if (parsed.Action is not ParseErrorAction wrongUsage)
{
    return await parsed.InvokeAsync();
}

wrongUsage.ShowHelp = false;
await parsed.InvokeAsync();
await Console.Error.WriteLineAsync(ExitCode.HelpHint);
return ExitCode.WrongUsage;
