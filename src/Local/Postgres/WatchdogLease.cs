using System.Diagnostics;
using System.Globalization;

namespace EndpointSync.Local.Postgres;

/// <summary>A lease that a shell process of its own holds for this process, so that it ends even when this process is killed.</summary>
internal sealed class WatchdogLease : ILease
{
    // Two shells: the first ends at once, so that whoever kills this process with its children does not kill the second.
    private const string Launch = "exec 3<&0; /bin/sh -c \"$@\" <&3 3<&- &";

    // The script travels in the environment, so that a list of processes shows what the watchdog looks after and not how.
    private const string ScriptVariable = "ENDPOINTSYNC_WATCHDOG";
    private const string Run = $"script=${ScriptVariable}; unset {ScriptVariable}; eval \"$script\"";

    // As long as the slowest start or stop that the script allows.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(90);

    private static readonly string OwnerId = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    private static readonly Lazy<string> Script = new(ReadScript);

    private readonly Process _launcher;
    private readonly StreamWriter _input;
    private readonly StreamReader _output;
    private Task<string?> _answer = Task.FromResult<string?>(null);

    private WatchdogLease(Process launcher) => (_launcher, _input, _output) = (launcher, launcher.StandardInput, launcher.StandardOutput);

    public static async Task<WatchdogLease> TakeAsync(ServerFolder folder, string[] pgCtl, CancellationToken cancellationToken)
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

    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) => await AskAsync("look", cancellationToken) == "running";

    public async Task<bool> TryStartAsync(CancellationToken cancellationToken) => await AskAsync("start", cancellationToken) == "started";

    // The watchdog is left to itself; reading to the end of its output is what closes our end of it.
    public void Abandon() => _ = DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _input.DisposeAsync();
        await _answer; // A reader takes one read at a time, and a cancelled wait leaves its read behind.
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
                "The shell script that looks after the private PostgreSQL ended before its time; the next start tries again.");
    }

    private static Process Start(ServerFolder folder, string[] pgCtl)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Launch, "sh", Run, "endpointsync-watchdog", folder.Path, OwnerId, folder.Log, .. pgCtl])
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
