using System.CommandLine;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Watching;

namespace EndpointSync.Cli.Commands;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Create() => new RootCommand(
        "Reloads the registries of an EndpointSync cluster, shows their state and history, takes changes back, edits "
        + "endpoints, makes keys for the HTTP API and certificates for the cluster's ports, and prints SQL for the "
        + "databases' administrator.")
    {
        CommonOptions.Server,
        CommonOptions.Profile,
        CommonOptions.KeyFile,
        CommonOptions.CaFile,
        CommonOptions.Output,
        CommonOptions.Json,
        ReloadCommand.Create(),
        PlanCommand.Create(),
        RolloutCommand.Create(),
        RollbackCommand.Create(),
        PinCommand.Create(),
        PinCommand.CreateUnpin(),
        StatusCommand.Create(),
        RoutesCommand.Create(),
        HistoryCommand.Create(),
        DiffCommand.Create(),
        ExplainCommand.Create(),
        OverlapsCommand.Create(),
        QuarantineCommand.Create(),
        SubscribersCommand.Create(),
        EventsCommand.Create(),
        WatchCommand.Create(),
        DoctorCommand.Create(),
        WritersCommand.Create(),
        EndpointsCommand.Create(),
        KeysCommand.Create(),
        AuditCommand.Create(),
        CertsCommand.Create(),
        SqlCommand.Create(),
        ProfilesCommand.Create(),
        CompletionCommand.Create(),
    };
}
