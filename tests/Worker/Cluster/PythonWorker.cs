using System.Diagnostics;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Worker.Cluster;

/// <summary>The worker in Python, samples/python-worker, as a process of its own.</summary>
internal sealed class PythonWorker : IDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string Listening = "listens on ";

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PythonWorker(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Listening, StringComparison.Ordinal) is { } at and >= 0)
            {
                _address.TrySetResult(new Uri(line.Data[(at + Listening.Length)..].Trim()));
            }
        };
        process.BeginOutputReadLine();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("The worker ended."));
    }

    /// <summary>Where it answers HTTP.</summary>
    public Task<Uri> Address => _address.Task;

    /// <summary>Starts it, or skips the test that asks for it.</summary>
    public static PythonWorker StartOrSkip(string registry, string name, IEnumerable<Uri> silos)
    {
        using (var asked = Process.Start(new ProcessStartInfo(Python, ["-c", "import werkzeug"])
        {
            RedirectStandardError = true,
        })!)
        {
            asked.WaitForExit();
            Assert.SkipUnless(
                asked.ExitCode == 0, $"{Python} has no Werkzeug for the worker: apt-get install python3-werkzeug.");
        }

        var program = Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, "samples", "python-worker", "worker.py");
        return new PythonWorker(Process.Start(new ProcessStartInfo(
            Python,
            [
                program, "--registry", registry, "--name", name,
                .. silos.SelectMany(silo => new[] { "--silo", $"{silo}" }),
            ])
        {
            RedirectStandardOutput = true,
        })!);
    }

    /// <summary>Lets it stop by itself.</summary>
    public async Task StopAsync()
    {
        UnixSignal.Terminate(_process.Id);
        await _process.WaitForExitAsync().Within("the end of the worker");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
