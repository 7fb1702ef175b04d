using System.Diagnostics;
using System.Net;

namespace EndpointSync.Local.Processes;

/// <summary>
/// A server in an operating system process of its own, to be stopped, killed or frozen; it answers <c>GET /health/ready</c>. It never outlives the
/// process that started it.
/// </summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private const int TailLength = 4000;
    private const int MostAttempts = 3;

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(25);

    private readonly Process _process;
    private readonly ProcessOutput _output = new();
    private readonly ServerLaunch _launch;

    private protected ServerProcess(ServerLaunch launch)
    {
        _launch = launch;
        _process = launch.Start();
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        ProcessId = _process.Id;
        Exited = WaitForExitAsync();
    }

    /// <summary>The address that it answers HTTP at, with a slash at its end.</summary>
    public Uri Address => _launch.Address;

    /// <summary>The process id.</summary>
    public int ProcessId { get; }

    /// <summary>What people call it.</summary>
    public string Name => _launch.Name;

    /// <summary>Everything written so far, standard output and standard error as they came.</summary>
    public string Output => _output.ToString();

    /// <summary>
    /// Completes with the exit code when the process has ended and all of its output is in <see cref="Output"/>; 128 and the signal's number when one ended it.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>Completes when a line holding <paramref name="text"/> is written, or at once when one has been.</summary>
    /// <exception cref="InvalidOperationException">The process ended without writing it.</exception>
    public Task WaitForOutputAsync(string text, CancellationToken cancellationToken = default) => _output.WaitForAsync(text, cancellationToken);

    /// <summary>Ends the process without notice (SIGKILL). Does nothing when it has ended.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Freezes the process (SIGSTOP): its connections stay open and it answers nothing. Not on Windows.</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public void Suspend() => UnixSignal.Stop(ProcessId);

    /// <summary>Lets a frozen process go on (SIGCONT). Not on Windows.</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public void Resume() => UnixSignal.Continue(ProcessId);

    /// <summary>Asks the process to shut down (SIGTERM; on Windows by the end of its input) and waits until it has; after 30 seconds it is killed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        AskToStop();
        try
        {
            await Exited.WaitAsync(StopTimeout, cancellationToken);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exited.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops the process as <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A process, once <c>GET /health/ready</c> answers 200; if it never does, the process is killed.</summary>
    /// <param name="start">Starts it. A port that it picks may be taken before it is used; then it is started again, a few times.</param>
    /// <param name="cancellationToken">Ends the wait, and the process.</param>
    /// <exception cref="InvalidOperationException">The process ended first; the message has its exit code and the end of its output.</exception>
    /// <exception cref="TimeoutException">It was not ready within 60 seconds.</exception>
    private protected static async Task<T> ReadyAsync<T>(Func<T> start, CancellationToken cancellationToken)
        where T : ServerProcess
    {
        for (var attempt = 1; ; attempt++)
        {
            var server = start();
            try
            {
                await server.WaitUntilReadyAsync(cancellationToken);
                return server;
            }
            catch (InvalidOperationException) when (server.LostItsPort && attempt < MostAttempts)
            {
                await server.DisposeAsync();
            }
            catch
            {
                server.Kill();
                await server.DisposeAsync();
                throw;
            }
        }
    }

    private bool LostItsPort => Output.Contains("address already in use", StringComparison.OrdinalIgnoreCase);

    private void Collect(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is { } line)
        {
            _output.Add(line);
            _launch.OnOutput?.Invoke(line);
        }
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        _output.End();
        return _process.ExitCode;
    }

    private void AskToStop()
    {
        if (Exited.IsCompleted || _process.HasExited)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            _process.StandardInput.Close();
            return;
        }

        UnixSignal.Terminate(ProcessId);
        UnixSignal.Continue(ProcessId); // A frozen process takes no other signal.
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadyTimeout);
        using var http = new HttpClient { BaseAddress = Address };
        using var probe = new PeriodicTimer(ProbeInterval);
        try
        {
            while (!await IsReadyAsync(http, deadline.Token))
            {
                await probe.WaitForNextTickAsync(deadline.Token);
                if (Exited.IsCompleted)
                {
                    throw new InvalidOperationException(
                        $"{_launch.Kind} '{Name}' ended with exit code {await Exited} before it was ready. Its output ends with:\n{_output.Tail(TailLength)}");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{_launch.Kind} '{Name}' was not ready at {Address} within {ReadyTimeout.TotalSeconds:0} seconds and was killed. "
                + $"Its output ends with:\n{_output.Tail(TailLength)}");
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // Nothing listens yet.
        }
    }
}
