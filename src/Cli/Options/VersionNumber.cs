using System.CommandLine;

namespace EndpointSync.Cli.Options;

/// <summary>Options that name a version.</summary>
internal static class VersionNumber
{
    public static Option<long?> Create(string name, string description) =>
        new(name) { Description = description, HelpName = "number" };
}
