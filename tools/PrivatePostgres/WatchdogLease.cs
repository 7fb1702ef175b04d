using System.Diagnostics;
using System.Globalization;

namespace EndpointSync.Tools.Postgres;

/// <summary>A lease held by a separate shell process, so that it ends even if this process is killed.</summary>
internal sealed class WatchdogLease : ILease
{
    // Two shells: the first ends at once, so that a kill of this process and its children does not reach the second.
    private const string Launch = "exec 3<&0; /bin/sh -c \"$@\" <&3 3<&- &";

    // The script is passed in the environment, so that a list of processes shows only the watchdog's arguments.
    private const string ScriptVariable = "ENDPOINTSYNC_WATCHDOG";
    private const string Run = $"script=${ScriptVariable}; unset {ScriptVariable}; eval \"$script\"";

    // The longest start or stop that the script allows.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(90);

    private static readonly string OwnerId = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private static readonly Lazy<string> Script = new(ReadScript);

    private readonly Process _launcher;
    private readonly StreamWriter _input;
    private readonly StreamReader _output;
    private Task<string?> _answer = Task.FromResult<string?>(null);

    private WatchdogLease(Process launcher) =>
        (_launcher, _input, _output) = (launcher, launcher.StandardInput, launcher.StandardOutput);

    public static async Task<WatchdogLease> TakeAsync(
        ServerFolder folder, string[] pgCtl, CancellationToken cancellationToken)
    {
        var lease = new WatchdogLease(Start(folder, pgCtl));
        try
        {
            await lease.ReadAsync(cancellationToken);
            return lease;
        }
        catch
        {
            lease.Abandon();
            throw;
        }
    }

    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        await AskAsync("status", cancellationToken) == "running";

    public async Task<bool> TryStartAsync(CancellationToken cancellationToken) =>
        await AskAsync("start", cancellationToken) == "started";

    // The watchdog finishes on its own; reading its output to the end lets this process close the pipe.
    public void Abandon() => _ = DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _input.DisposeAsync();
        await _answer; // A reader allows one read at a time, and a cancelled wait leaves its read running.
        await _output.ReadToEndAsync(CancellationToken.None);
        _output.Dispose();
        _launcher.Dispose();
    }

    private async Task<string> AskAsync(string command, CancellationToken cancellationToken)
    {
        await _input.WriteLineAsync(command.AsMemory(), cancellationToken);
        await _input.FlushAsync(cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken)
    {
        _answer = _output.ReadLineAsync(CancellationToken.None).AsTask();
        return await _answer.WaitAsync(AnswerTimeout, cancellationToken)
            ?? throw new InvalidOperationException(
                "The shell script that watches the private PostgreSQL ended too early; the next start tries again.");
    }

    private static Process Start(ServerFolder folder, string[] pgCtl)
    {
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", Launch, "sh", Run, "endpointsync-watchdog", folder.Path, OwnerId, folder.Log, .. pgCtl])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[ScriptVariable] = Script.Value;
        return Process.Start(start)!;
    }

    private static string ReadScript()
    {
        using var reader = new StreamReader(typeof(WatchdogLease).Assembly.GetManifestResourceStream("watchdog.sh")!);
        return reader.ReadToEnd();
    }
}
