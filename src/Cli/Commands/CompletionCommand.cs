using System.CommandLine;
using System.Reflection;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync completion</c>: what a shell needs to complete commands, options and registries.</summary>
internal static class CompletionCommand
{
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command(
            "completion", "Prints a script for a shell, such as: source <(endpointsync completion bash)")
        {
            shell,
        };
        Session.SetOfflineAction(command, parsed =>
        {
            using var script = Assembly.GetExecutingAssembly().GetManifestResourceStream(
                $"completion.{parsed.GetRequiredValue(shell)}")!;
            parsed.InvocationConfiguration.Output.Write(new StreamReader(script).ReadToEnd());
            return ExitCode.Success;
        });
        return command;
    }
}
