using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync pin</c> and <c>unpin</c>: what is pinned, and the end of it.</summary>
internal static class PinCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command("pin", "Shows the pin of a registry, and the changes that wait behind it.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<PinState, RouteDifference>(
                (_, cursor) => Operations.Pin.At([registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                page => page.Changes, ChangeTable.Names)
            {
                Next = page => page.Next,
                Above = Print,
            }),
            isList: true);
        return command;
    }

    public static Command CreateUnpin()
    {
        var (registry, confirmation, wait) =
            (new RegistryArgument(), new Confirmation(), new WaitOptions(hasLock: true));
        var allowMassRemoval = MassRemovalOption.Create();
        var command = new Command("unpin", "Ends the pin of a registry, and publishes the changes that waited.")
        {
            allowMassRemoval,
        };
        registry.AddTo(command);
        wait.AddTo(command);
        confirmation.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var name = registry.Of(parsed, session.Connection);
            var (state, changes, refused) = await session.ReadAllAsync<PinState, RouteDifference>(
                (_, cursor) => Operations.Pin.At([name], ("cursor", cursor)), page => page.Changes, page => page.Next);
            if (refused is not null)
            {
                return session.Refuse(refused);
            }

            if (state!.Pin is not { } pin)
            {
                session.Error.WriteLine($"Registry '{name}' is not pinned.");
                return ExitCode.Refused;
            }

            return await confirmation.AskAsync(
                session, parsed, name, $"Unpin version {pin.Version}, {Problem(state)}next reload", changes)
                ? ReceiptText.Show(session, await session.AskAsync(Operations.Unpin.At(
                    [name],
                    [
                        .. wait.Query(parsed), ("seen", Columns.Text(confirmation.Seen(parsed, pin.Version))),
                        ("allowMassRemoval", parsed.GetValue(allowMassRemoval) ? "true" : null),
                    ])))
                : ExitCode.Refused;
        });
        return command;
    }

    private static string Problem(PinState state) =>
        state.Problem is { } problem ? $"which would be refused ({problem.Meaning} {problem.Detail}), " : "";

    private static void Print(Report report, PinState state, IReadOnlyList<RouteDifference> changes)
    {
        if (state.Pin is not { } pin)
        {
            report.Line("Not pinned.");
            return;
        }

        report.Fields(
            ("version", Columns.Text(pin.Version)),
            ("table of", $"version {pin.ToVersion}"),
            ("by", pin.By),
            ("since", Columns.Text(pin.At)),
            ("reason", pin.Reason),
            ("waiting", Columns.Count(pin.WaitingChanges, "change")),
            ("problem", state.Problem is { } problem ? $"{problem.Meaning} {problem.Detail}" : null));
        ChangeTable.PrintRows(report, changes);
    }
}
