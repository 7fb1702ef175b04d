namespace EndpointSync.Tools.Postgres;

/// <summary>
/// The account that runs the server's programs: this process's own, or another if this process is root, which
/// PostgreSQL refuses.
/// </summary>
internal sealed class ServerAccount
{
    private readonly string[] _switch;

    private ServerAccount(string? name, string[] switchTo) => (Name, _switch) = (name, switchTo);

    /// <summary>The account's name; null for this process's own account.</summary>
    public string? Name { get; }

    /// <exception cref="InvalidOperationException">
    /// This process is root, and there is no other account or no program to switch accounts.
    /// </exception>
    public static async Task<ServerAccount> ForThisProcessAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new ServerAccount(null, []);
        }

        var name = await ExistsAsync("postgres", cancellationToken) ? "postgres"
            : await ExistsAsync("nobody", cancellationToken) ? "nobody"
            : throw new InvalidOperationException(
                "PostgreSQL does not run as root, and there is neither an account 'postgres' nor 'nobody' to run it. "
                + "Run this as an ordinary user.");
        return new ServerAccount(name, await SwitchAsync(name, CommandLine.Find, cancellationToken));
    }

    /// <summary>The command that runs <paramref name="command"/> as this account.</summary>
    public string[] Command(params string[] command) => [.. _switch, .. command];

    /// <summary>Whether this account can reach <paramref name="folder"/>.</summary>
    public async Task<bool> ReachesAsync(string folder, CancellationToken cancellationToken) =>
        Name is null || (await CommandLine.RunAsync(Command("test", "-x", folder), "/", cancellationToken)).Succeeded;

    /// <summary>Makes this account the owner of <paramref name="path"/>.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (Name is not null
            && await CommandLine.RunAsync(["chown", Name, path], "/", cancellationToken) is { Succeeded: false } failed)
        {
            throw new InvalidOperationException($"Could not give {path} to the account '{Name}': {failed.Output}");
        }
    }

    internal static async Task<string[]> SwitchAsync(
        string name, Func<string, string?> find, CancellationToken cancellationToken)
    {
        if (find("runuser") is { } runuser)
        {
            return [runuser, "-u", name, "--"];
        }

        if (find("setpriv") is { } setpriv)
        {
            var group = await CommandLine.RunAsync(["id", "-g", name], "/", cancellationToken);
            return [setpriv, $"--reuid={name}", $"--regid={group.Output}", "--init-groups", "--"];
        }

        // BusyBox's su passes the -- to the shell as $0; the su of util-linux does not.
        return find("su") is { } su
            ? [su, "-s", "/bin/sh", "-c", "[ \"$0\" = -- ] || set -- \"$0\" \"$@\"; exec \"$@\"", name, "--"]
            : throw new InvalidOperationException(
                "PostgreSQL does not run as root, and none of runuser, setpriv and su is installed to run it as "
                + $"'{name}'. Run this as an ordinary user.");
    }

    private static async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        (await CommandLine.RunAsync(["id", "-u", name], "/", cancellationToken)).Succeeded;
}
