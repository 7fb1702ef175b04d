using System.Diagnostics;
using System.Net;

namespace EndpointSync.Tools.Processes;

/// <summary>
/// A server in its own operating system process, which can be stopped, killed or frozen. It answers
/// <c>GET /health/ready</c> and never outlives the process that started it.
/// </summary>
public abstract class ServerProcess : IAsyncDisposable
{
    private const int TailLength = 4000;
    private const int MostAttempts = 3;

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(2);
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

    /// <summary>The server's HTTP address, with a trailing slash.</summary>
    public Uri Address => _launch.Address;

    /// <summary>The process id.</summary>
    public int ProcessId { get; }

    /// <summary>The display name.</summary>
    public string Name => _launch.Name;

    /// <summary>The output so far: standard output and standard error in the order of their lines.</summary>
    public string Output => _output.ToString();

    /// <summary>
    /// Completes with the exit code when the process has ended and all of its output is in <see cref="Output"/>. After
    /// a signal the code is 128 plus the signal's number.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>Completes when a line with <paramref name="text"/> is written, or at once if one already was.</summary>
    /// <exception cref="InvalidOperationException">The process ended without writing it.</exception>
    public Task WaitForOutputAsync(string text, CancellationToken cancellationToken = default) =>
        _output.WaitForAsync(text, cancellationToken);

    /// <summary>Kills the process (SIGKILL). Does nothing if it has ended.</summary>
    public void Kill() => _process.Kill();

    /// <summary>
    /// Freezes the process (SIGSTOP): its connections stay open, but it does not answer. Not on Windows.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public void Suspend() => UnixSignal.Stop(ProcessId);

    /// <summary>Resumes a frozen process (SIGCONT). Not on Windows.</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows.</exception>
    public void Resume() => UnixSignal.Continue(ProcessId);

    /// <summary>
    /// Asks the process to shut down (SIGTERM; on Windows by the end of its input) and waits for its end; after 30
    /// seconds the process is killed.
    /// </summary>
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

    /// <summary>
    /// Starts a process and waits until <c>GET /health/ready</c> answers 200; if it never does, the process is killed.
    /// </summary>
    /// <param name="start">
    /// Starts the process. If its picked port is taken before it is used, it is started again, a few times.
    /// </param>
    /// <param name="cancellationToken">Ends the wait and the process.</param>
    /// <exception cref="InvalidOperationException">
    /// The process ended first; the message has its exit code and the end of its output.
    /// </exception>
    /// <exception cref="TimeoutException">The process was not ready within two minutes.</exception>
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
            var isReady = await IsReadyAsync(http, deadline.Token);
            while (!isReady)
            {
                await probe.WaitForNextTickAsync(deadline.Token);
                if (Exited.IsCompleted)
                {
                    throw new InvalidOperationException(
                        $"{_launch.Kind} '{Name}' ended with exit code {await Exited} before it was ready. "
                        + $"Its output ends with:\n{_output.Tail(TailLength)}");
                }

                isReady = await IsReadyAsync(http, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{_launch.Kind} '{Name}' was not ready at {Address} within {ReadyTimeout.TotalSeconds:0} seconds and "
                + $"was killed. Its output ends with:\n{_output.Tail(TailLength)}");
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
            return false; // No server listens yet.
        }
    }
}
