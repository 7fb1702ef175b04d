using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Cli;

/// <summary>The key for the HTTP API. It is no option of its own: every user of a machine sees command lines.</summary>
internal static class KeySource
{
    private const string Variable = "ENDPOINTSYNC_KEY";
    private const string FileVariable = "ENDPOINTSYNC_KEY_FILE";

    /// <summary>Reads the key from the given file, or else from where the environment says.</summary>
    /// <param name="file">The file of <c>--key-file</c>; null if it was not given.</param>
    /// <param name="key">The key; null if there is none.</param>
    /// <param name="error">Why the file cannot be used.</param>
    public static bool TryRead(string? file, out string? key, [NotNullWhen(false)] out string? error)
    {
        (key, error) = (null, null);
        if (file is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            key = given.Trim();
            return true;
        }

        var path = file ?? Environment.GetEnvironmentVariable(FileVariable);
        if (string.IsNullOrEmpty(path))
        {
            return true;
        }

        if (path.Contains(ApiKeyText.Prefix, StringComparison.Ordinal) && !File.Exists(path))
        {
            error = $"A key was given in the place of its file. Set {Variable} to it, or write it into a file.";
            return false;
        }

        try
        {
            key = File.ReadAllText(path).Trim();
            error = key.Length == 0 ? $"The key file '{path}' is empty." : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error = $"The key file cannot be read: {failure.Message}";
        }

        return error is null;
    }
}
