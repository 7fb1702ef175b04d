using System.CommandLine;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Profiles;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync profiles</c>: the clusters that this user has given names.</summary>
internal static class ProfilesCommand
{
    private static readonly Listing<NamedProfile> Listing = new(
        one => one.Name,
        new("NAME", one => one.Name),
        new("DEFAULT", one => one.IsDefault ? "yes" : ""),
        new("SERVER", one => one.Profile.Server),
        new("REGISTRY", one => one.Profile.Registry ?? ""),
        new("KEY FILE", one => one.Profile.KeyFile ?? ""),
        new("CA FILE", one => one.Profile.CaFile ?? ""),
        new("STATE", one => StateOf(one.Profile)));

    public static Command Create()
    {
        var command = new Command("profiles", $"Lists the clusters that {ProfileFile.Path} names. It asks no silo.");
        Session.SetOfflineAction(command, Print);
        return command;
    }

    private static int Print(ParseResult parsed)
    {
        var list = ProfileFile.Read();
        var profiles = list.Profiles
            .Select(one => new NamedProfile(one.Key, one.Key == list.Default, one.Value))
            .OrderBy(one => one.Name, StringComparer.Ordinal)
            .ToList();
        var (format, output) = (CommonOptions.FormatOf(parsed), parsed.InvocationConfiguration.Output);
        if (format == OutputFormat.Json)
        {
            output.WriteLine(ProfileFile.Write(list));
        }
        else if (format == OutputFormat.Name)
        {
            profiles.ForEach(one => output.WriteLine(VisibleText.Of(one.Name)));
        }
        else
        {
            Listing.Print(Terminal.Open(output), profiles);
        }

        return ExitCode.Success;
    }

    private static Cell StateOf(Profile profile)
    {
        foreach (var file in new[] { profile.KeyFile, profile.CaFile }.OfType<string>())
        {
            if (!File.Exists(ProfileFile.Expand(file)))
            {
                return new Cell($"{file} is missing", Tone.Bad);
            }
        }

        return profile.KeyFile is { } key && KeySource.Exposure(ProfileFile.Expand(key)!) is not null
            ? new Cell($"others may read {key}: chmod 600", Tone.Warning)
            : new Cell("ready", Tone.Good);
    }

    private sealed record NamedProfile(string Name, bool IsDefault, Profile Profile);
}
