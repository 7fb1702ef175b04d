using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>A silo or a worker on a machine of its own, known by its log. It ends with the test.</summary>
internal sealed class RemoteProcess : IAsyncDisposable
{
    private readonly SystemProcess _process;
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly Task _ended;

    private RemoteProcess(SystemProcess process)
    {
        _process = process;
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _ended = _process.WaitForExitAsync();
    }

    public string Output
    {
        get
        {
            lock (_lock)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public static RemoteProcess StartSilo(int machine, IEnumerable<KeyValuePair<string, string>> configuration) =>
        Start(machine, Path.Combine("src", "Silo"), "EndpointSync.Silo.dll", configuration);

    public static RemoteProcess StartWorker(int machine, IEnumerable<KeyValuePair<string, string>> configuration) =>
        Start(machine, Path.Combine("samples", "Worker"), "EndpointSync.SampleWorker.dll", configuration);

    /// <summary>Waits until the silo is a member and serves routes.</summary>
    public Task StartedAsync() => SaysAsync("of cluster");

    /// <summary>Waits for a line of its log.</summary>
    public async Task SaysAsync(string text)
    {
        await Deadline.UntilAsync(
            () => Task.FromResult(Output.Contains(text, StringComparison.Ordinal) || _ended.IsCompleted), text);
        Assert.Contains(text, Output, StringComparison.Ordinal);
    }

    public async Task<int> EndedAsync()
    {
        await _ended.Within("the process's end");
        return _process.ExitCode;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _ended.Within("the killed process's end");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended.IsCompleted)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    // Built in the same configuration as this test.
    private static RemoteProcess Start(
        int machine, string project, string program, IEnumerable<KeyValuePair<string, string>> configuration)
    {
        var path = Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, project, "bin",
            new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", program);
        var start = new ProcessStartInfo("ip", ["netns", "exec", Namespaces.NameOf(machine), "dotnet", path])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["EndpointSync__StopWhenInputEnds"] = "true";
        foreach (var (key, value) in configuration)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return new RemoteProcess(SystemProcess.Start(start)!);
    }

    private void Collect(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is { } line)
        {
            lock (_lock)
            {
                _lines.Add(line);
            }
        }
    }
}
