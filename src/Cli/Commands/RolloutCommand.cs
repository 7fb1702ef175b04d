using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync rollout</c>: the rollout that runs, or the last one.</summary>
internal static class RolloutCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command(
            "rollout", "Shows the rollout of a version to rings of workers that runs, or the last one.");
        registry.AddTo(command);
        Session.SetAction(command, async (session, parsed) => session.Show<Rollout>(
            await session.AskAsync(Operations.Rollout.At([registry.Of(parsed, session.Connection)])),
            RolloutText.Print));
        return command;
    }

    /// <summary>Waits for the end of the rollout that a reload began, and shows what became of each ring.</summary>
    /// <returns>The exit code: not in sync unless the rollout was completed.</returns>
    public static async Task<int> FollowAsync(Session session, string registry, ApiAnswer reload)
    {
        if (!reload.IsSuccess || reload.Read<ReloadReceipt>() is not { Rollout: { IsRunning: true } begun })
        {
            return ReceiptText.Show(session, reload);
        }

        if (session.Format == OutputFormat.Table)
        {
            ReceiptText.Show(session, reload);
            session.Report.Line();
        }

        ApiAnswer answer;
        do
        {
            await Task.Delay(Interval, session.CancellationToken);
            answer = await session.AskAsync(Operations.Rollout.At([registry]));
        }
        while (answer.IsSuccess && answer.Read<Rollout>() is { IsRunning: true } now && now.Version == begun.Version);

        var exitCode = session.Show<Rollout>(answer, RolloutText.Print);
        return exitCode == ExitCode.Success && answer.Read<Rollout>().State != "Completed"
            ? ExitCode.NotInSync
            : exitCode;
    }
}
