using System.Text.Json;

namespace EndpointSync.Cli.Profiles;

/// <summary>Reads the profiles of this user, <c>~/.config/endpointsync/config.json</c>.</summary>
internal static class ProfileFile
{
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly ProfileList None = new(new Dictionary<string, Profile>());

    /// <summary>Where the file is: below <c>XDG_CONFIG_HOME</c>, or else <c>~/.config</c>.</summary>
    public static string Path => System.IO.Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } home
            ? home
            : System.IO.Path.Combine(Home, ".config"),
        "endpointsync", "config.json");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The profiles; none if there is no file.</summary>
    /// <exception cref="UsageException">The file cannot be used.</exception>
    public static ProfileList Read()
    {
        try
        {
            // Whoever may write it can make another server of theirs receive the key.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(Path) & WritableByOthers) != 0)
            {
                throw new UsageException($"Others may write {Path}, and so receive your keys. Run: chmod go-w {Path}");
            }

            return Checked(JsonSerializer.Deserialize(File.ReadAllText(Path), ProfileJson.Default.ProfileList) ?? None);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return None;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{Path} cannot be read: {failure.Message}");
        }
    }

    /// <summary>The profiles as JSON, in one line.</summary>
    public static string Write(ProfileList list) => JsonSerializer.Serialize(list, ProfileJson.Default.ProfileList);

    /// <summary>A path of the file, with the home directory in the place of <c>~</c>.</summary>
    public static string? Expand(string? path) =>
        path is not null && path.StartsWith("~/", StringComparison.Ordinal)
            ? System.IO.Path.Combine(Home, path[2..])
            : path;

    private static ProfileList Checked(ProfileList list)
    {
        foreach (var (name, profile) in list.Profiles)
        {
            if (profile.Key is not null)
            {
                throw new UsageException(
                    $"Profile '{name}' in {Path} has the key itself. Write the key into a file that only you may read, "
                    + "and name that file in keyFile.");
            }
        }

        return list.Default is { } usual && !list.Profiles.ContainsKey(usual)
            ? throw new UsageException($"{Path} names '{usual}' as the default, and has no such profile.")
            : list;
    }
}
