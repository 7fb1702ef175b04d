using System.Diagnostics;
using System.Globalization;

namespace EndpointSync.Tools.Postgres;

/// <summary>
/// A lease held by this process alone, for systems without a Unix shell. A killed owner leaves the server running for
/// the next one.
/// </summary>
internal sealed class DirectLease : ILease
{
    private readonly ServerFolder _folder;
    private readonly string[] _pgCtl;
    private readonly string _file;

    private DirectLease(ServerFolder folder, string[] pgCtl)
    {
        _folder = folder;
        _pgCtl = pgCtl;
        _file = Path.Combine(folder.Leases, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
    }

    /// <summary>Takes a lease. The caller holds the folder's lock; disposal waits for that lock.</summary>
    public static async Task<DirectLease> TakeAsync(
        ServerFolder folder, string[] pgCtl, CancellationToken cancellationToken)
    {
        var lease = new DirectLease(folder, pgCtl);
        using var self = Process.GetCurrentProcess();
        await File.WriteAllTextAsync(lease._file, Identity(self), cancellationToken);
        return lease;
    }

    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        (await CommandLine.RunAsync([.. _pgCtl, "status"], _folder.Path, cancellationToken)).Succeeded;

    public async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        // Nothing is redirected: the server would inherit the pipes and keep them open while it runs.
        string[] command = [.. _pgCtl, "start", "-s", "-w", "-t", "60", "-l", _folder.Log];
        using var start = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _folder.Path,
            CreateNoWindow = true,
        })!;
        await start.WaitForExitAsync(cancellationToken);
        return start.ExitCode == 0;
    }

    public void Abandon() => _ = DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await using var taken = await FolderLock.TakeAsync(
            _folder.Lock, PrivatePostgres.LockTimeout, CancellationToken.None);
        File.Delete(_file);
        if (!AnyLease())
        {
            await CommandLine.RunAsync(
                [.. _pgCtl, "stop", "-s", "-w", "-m", "fast"], _folder.Path, CancellationToken.None);
        }
    }

    private bool AnyLease()
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Leases))
        {
            if (IsHeld(file))
            {
                return true;
            }

            File.Delete(file);
        }

        return false;
    }

    private static bool IsHeld(string file)
    {
        try
        {
            using var owner = Process.GetProcessById(
                int.Parse(Path.GetFileName(file).Split('-')[0], CultureInfo.InvariantCulture));
            return File.ReadAllText(file) == Identity(owner);
        }
        catch (ArgumentException)
        {
            return false; // The process has ended.
        }
    }

    // A process id is reused; together with its start time it is unique.
    private static string Identity(Process process) => process.StartTime.Ticks.ToString(CultureInfo.InvariantCulture);
}
