using System.CommandLine;

namespace EndpointSync.Cli.Options;

/// <summary>The option that lets a sync remove most of the routes.</summary>
internal static class MassRemovalOption
{
    public static Option<bool> Create() => new("--allow-mass-removal")
    {
        Description = "Allow the sync to remove most of the routes, because their endpoints are gone or archived.",
    };
}
