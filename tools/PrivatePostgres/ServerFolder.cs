using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Tools.Postgres;

/// <summary>The folder of one private server and the paths in it.</summary>
internal sealed record ServerFolder(string Path)
{
    public string Data => In("data");

    public string Log => In("postgres.log");

    public string Password => In("password");

    public string Port => In("port");

    public string Lock => In("lock");

    public string Leases => In("leases");

    public string Stopping => In("stopping");

    /// <summary>The major version that created the data; null if there is no data.</summary>
    public string? DataVersion => File.Exists(System.IO.Path.Combine(Data, "PG_VERSION"))
        ? File.ReadAllText(System.IO.Path.Combine(Data, "PG_VERSION")).Trim()
        : null;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// Creates the folder at <paramref name="wanted"/>. If the server's account cannot reach it, creates one in
    /// /var/tmp and writes its path to a location.txt in the wanted folder.
    /// </summary>
    public static async Task<ServerFolder> OpenAsync(
        string? wanted, ServerAccount account, CancellationToken cancellationToken)
    {
        var folder = new ServerFolder(System.IO.Path.GetFullPath(wanted ?? DefaultPath()));
        Make(folder.Path);
        if (!await account.ReachesAsync(folder.Path, cancellationToken))
        {
            folder = await OpenElsewhereAsync(folder, account, cancellationToken);
        }

        Make(folder.Leases);
        Make(folder.Stopping);
        return folder;
    }

    private static string DefaultPath() =>
        System.IO.Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory) ?? Directory.GetCurrentDirectory(), ".data", "postgres");

    private static async Task<ServerFolder> OpenElsewhereAsync(
        ServerFolder wanted, ServerAccount account, CancellationToken cancellationToken)
    {
        if (Directory.Exists(wanted.Data))
        {
            throw new InvalidOperationException(
                $"There is data in {wanted.Path}, but the account '{account.Name}', which runs the server because this "
                + "process is root, can no longer reach it. Nothing was changed. Grant the account access to the "
                + $"folders above, or move {wanted.Path} away.");
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted.Path)))[..8];
        var folder = new ServerFolder($"/var/tmp/endpointsync-{hash}");
        Make(folder.Path);
        await RefuseStrangersAsync(folder.Path, cancellationToken);
        var text = $"The account '{account.Name}' cannot reach this folder, so the server's folder is\n{folder.Path}\n";
        await WriteLocationAsync(wanted, text, cancellationToken);
        return folder;
    }

    // Written to another file and renamed, because several processes may do this at once.
    private static async Task WriteLocationAsync(ServerFolder wanted, string text, CancellationToken cancellationToken)
    {
        var aside = wanted.In($"location.{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(aside, text, cancellationToken);
        File.Move(aside, wanted.In("location.txt"), overwrite: true);
    }

    // Any account can create a folder or a link of this name in /var/tmp, and would then control where root writes.
    private static async Task RefuseStrangersAsync(string folder, CancellationToken cancellationToken)
    {
        var check = await CommandLine.RunAsync(
            ["sh", "-c", "[ -O \"$0\" ] && [ ! -L \"$0\" ]", folder], "/", cancellationToken);
        if (!check.Succeeded)
        {
            throw new InvalidOperationException(
                $"{folder} is a link or belongs to another account. Nothing was changed. Remove it and start again.");
        }
    }

    private static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        // Set regardless of the umask: the server's account must be able to enter the folder.
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Mode);
            File.SetUnixFileMode(folder, Mode);
        }
    }
}
