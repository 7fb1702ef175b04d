namespace EndpointSync.Cli.Profiles;

/// <summary>The key for the HTTP API. It is no option of its own: every user of a machine sees command lines.</summary>
internal static class KeySource
{
    private const string Variable = "ENDPOINTSYNC_KEY";
    private const string FileVariable = "ENDPOINTSYNC_KEY_FILE";
    private const string KeyPrefix = "epsync_";

    private const UnixFileMode ReadableByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads the key from where the environment says; null if there is none.</summary>
    /// <exception cref="UsageException">The file cannot be used.</exception>
    public static string? ReadEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } key
            ? key.Trim()
            : Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file
                ? Read(file)
                : null;

    /// <summary>Reads the key from a file.</summary>
    /// <exception cref="UsageException">The file cannot be used.</exception>
    public static string Read(string path)
    {
        if (path.Contains(KeyPrefix, StringComparison.Ordinal) && !File.Exists(path))
        {
            throw new UsageException(
                $"A key was given in the place of its file. Set {Variable} to it, or write it into a file.");
        }

        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } key
                ? key
                : throw new UsageException($"The key file '{path}' is empty.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The key file cannot be read: {failure.Message}");
        }
    }

    /// <summary>A warning if others may read the file; null if they may not.</summary>
    public static string? Exposure(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ReadableByOthers) != 0
            ? $"Warning: others may read the key file. Run: chmod 600 {path}"
            : null;
}
