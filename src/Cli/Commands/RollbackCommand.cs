using System.CommandLine;
using System.Globalization;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync rollback</c>: the table of an earlier version, published as a new one and pinned.</summary>
internal static class RollbackCommand
{
    public static Command Create()
    {
        var arguments = new RegistryArgument("version", "The version whose routes are wanted back.");
        var (confirmation, wait) = (new Confirmation(), new WaitOptions(hasLock: false));
        var reason = new Option<string>("--reason")
        {
            Description = "Why, for those who find the pin.",
            HelpName = "text",
            Required = true,
        };
        var command = new Command(
            "rollback", "Publishes the routes of an earlier version and pins them; changes wait until unpin.")
        {
            reason,
        };
        arguments.AddTo(command);
        wait.AddTo(command);
        confirmation.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var (registry, text) = arguments.Read(parsed, session.Connection);
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                throw new UsageException($"'{text}' is not a version, which is a number.");
            }

            var status = await session.AskAsync(Operations.Status.At([registry]));
            if (!status.IsSuccess)
            {
                return session.Refuse(status);
            }

            var seen = confirmation.Seen(parsed, status.Read<RegistryStatus>().Version);
            var (diff, changes, refused) = await session.ReadAllAsync<RouteDiff, RouteDifference>(
                (_, cursor) => Operations.Diff.At(
                    [registry], ("from", Columns.Text(seen)), ("to", Columns.Text(version)), ("cursor", cursor)),
                page => page.Changes, page => page.Next);
            if (refused is not null)
            {
                return session.Refuse(refused);
            }

            return await confirmation.AskAsync(
                session, parsed, registry, $"Version {diff!.From} back to {diff.To}", changes)
                ? ReceiptText.Show(session, await session.AskAsync(
                    Operations.Rollback.At([registry], wait.Query(parsed)) with
                    {
                        Body = new RollbackRequest(version, seen, parsed.GetRequiredValue(reason)),
                    }))
                : ExitCode.Refused;
        });
        return command;
    }
}
