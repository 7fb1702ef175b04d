using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync reload</c></summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var (registry, wait, rollout) = (new RegistryArgument(), new WaitOptions(hasLock: true), new RolloutOptions());
        var allowMassRemoval = MassRemovalOption.Create();
        var attach = new Option<bool>("--attach")
        {
            Description = "Allow the first sync of a registry to change or delete routes that Odoo serves.",
        };
        var command = new Command(
            "reload", "Makes a registry's routes match its endpoints, and shows the receipt.")
        {
            allowMassRemoval, attach,
        };
        registry.AddTo(command);
        wait.AddTo(command);
        rollout.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var name = registry.Of(parsed, session.Connection);
            var answer = await session.AskAsync(Operations.Reload.At(
                [name],
                [
                    .. wait.Query(parsed), ("allowMassRemoval", parsed.GetValue(allowMassRemoval) ? "true" : null),
                    ("attach", parsed.GetValue(attach) ? "true" : null), .. rollout.Query(parsed),
                ]));
            return await RolloutCommand.FollowAsync(session, name, answer);
        });
        return command;
    }
}
