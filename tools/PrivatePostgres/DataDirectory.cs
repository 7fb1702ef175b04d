using System.Security.Cryptography;

namespace EndpointSync.Tools.Postgres;

/// <summary>Creates a server's data directory.</summary>
internal static class DataDirectory
{
    public const string User = "endpointsync";

    // Created under another name and renamed when complete, so that a killed initdb leaves no partial data directory.
    private const string Unfinished = "data.new-";

    /// <summary>Creates the data and its password unless they exist. The caller holds the folder's lock.</summary>
    public static async Task EnsureAsync(
        ServerFolder folder, ServerPrograms programs, ServerAccount account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder.Data))
        {
            return;
        }

        RemoveUnfinished(folder);
        await WritePasswordAsync(folder, account, cancellationToken);
        var unfinished = Directory.CreateDirectory(folder.In(Unfinished + Guid.NewGuid().ToString("N"))).FullName;
        await account.OwnAsync(unfinished, cancellationToken);
        await InitAsync(unfinished, folder, programs, account, cancellationToken);
        await File.AppendAllTextAsync(
            Path.Combine(
                unfinished,
                "postgresql.conf"), $"include_if_exists = '{ServerSettings.FileName}'\n", cancellationToken);
        Directory.Move(unfinished, folder.Data);
    }

    /// <exception cref="InvalidOperationException">The password file does not exist.</exception>
    public static string ReadPassword(ServerFolder folder) => File.Exists(folder.Password)
        ? File.ReadAllText(folder.Password).Trim()
        : throw new InvalidOperationException(
            $"The password of the server in {folder.Path} is missing: {folder.Password} does not exist. Nothing was "
            + $"changed. Put it back, or move {folder.Path} away to start with an empty server.");

    private static void RemoveUnfinished(ServerFolder folder)
    {
        foreach (var leftover in Directory.EnumerateDirectories(folder.Path, Unfinished + "*"))
        {
            try
            {
                Directory.Delete(leftover, recursive: true);
            }
            catch (IOException)
            {
                // An initdb briefly outlives the process that started it and may still be writing here; it does no
                // harm.
            }
        }
    }

    private static async Task WritePasswordAsync(
        ServerFolder folder, ServerAccount account, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new StreamWriter(folder.Password, options))
        {
            await file.WriteLineAsync(RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        await account.OwnAsync(folder.Password, cancellationToken);
    }

    private static async Task InitAsync(
        string data, ServerFolder folder, ServerPrograms programs, ServerAccount account,
        CancellationToken cancellationToken)
    {
        var command = account.Command(
            programs.InitDb, "-D", data, "--username", User, "--pwfile", folder.Password, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C", "--data-checksums");
        var result = await CommandLine.RunAsync(command, folder.Path, cancellationToken);
        if (!result.Succeeded)
        {
            throw new InvalidOperationException(
                $"{programs.InitDb} could not create a server's data in {folder.Path}; the next start tries again. "
                + $"Its output:\n{result.Output}");
        }
    }
}
