using System.Diagnostics;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Worker.Cluster;

/// <summary>The sample worker as a process of its own, which ends with this one.</summary>
internal sealed class SampleWorker : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleWorker(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Listening, StringComparison.Ordinal) is { } at and >= 0)
            {
                _address.TrySetResult(new Uri(line.Data[(at + Listening.Length)..].Trim()));
            }
        };
        process.BeginOutputReadLine();
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("The sample worker ended."));
    }

    public static SampleWorker Start(Dictionary<string, string?> settings)
    {
        var configuration = AppContext.BaseDirectory.Split(Path.DirectorySeparatorChar).Contains("Release")
            ? "Release"
            : "Debug";
        var program = Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, "samples", "Worker", "bin", configuration, "net10.0",
            "EndpointSync.SampleWorker.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["Urls"] = "http://127.0.0.1:0";
        start.Environment["EndpointSync__StopWhenInputEnds"] = "true";
        foreach (var (key, value) in settings.Where(setting => setting.Value is not null))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return new SampleWorker(Process.Start(start)!);
    }

    /// <summary>Waits until it is ready, which only its own answer shows.</summary>
    public async Task ReadyAsync()
    {
        var address = await _address.Task.Within("the sample worker to listen");
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        using var http = new HttpClient { BaseAddress = address };
        var isReady = false;
        while (!isReady)
        {
            using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), deadline.Token);
            isReady = answer.IsSuccessStatusCode;
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
