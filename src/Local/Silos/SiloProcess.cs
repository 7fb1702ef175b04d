using System.Diagnostics;
using System.Net;

namespace EndpointSync.Local.Silos;

/// <summary>A real silo in an operating system process of its own, to be stopped, killed or frozen. It never outlives the process that started it.</summary>
public sealed class SiloProcess : IAsyncDisposable
{
    private const int TailLength = 4000;

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(25);

    private readonly Process _process;
    private readonly SiloOutput _output = new();
    private readonly Action<string>? _onOutput;

    private SiloProcess(SiloProcessOptions options)
    {
        Name = options.Name;
        _onOutput = options.OnOutput;
        Address = new Uri($"http://127.0.0.1:{(options.HttpPort != 0 ? options.HttpPort : LoopbackPort.PickFree())}/");
        _process = Launch(options, Address);
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        ProcessId = _process.Id;
        Exited = WaitForExitAsync();
    }

    /// <summary>The base address of the HTTP API, with a slash at its end.</summary>
    public Uri Address { get; }

    /// <summary>The process id.</summary>
    public int ProcessId { get; }

    /// <summary>The silo's name.</summary>
    public string Name { get; }

    /// <summary>Everything written so far, standard output and standard error as they came.</summary>
    public string Output => _output.ToString();

    /// <summary>
    /// Completes with the exit code when the process has ended and all of its output is in <see cref="Output"/>; 128 and the signal's number when one ended it.
    /// </summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a silo and waits until <c>GET /health/ready</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">
    /// The process ended first, and the message has its exit code and the end of its output; or the silo is not built.
    /// </exception>
    /// <exception cref="TimeoutException">It was not ready within 60 seconds. The process was killed.</exception>
    public static async Task<SiloProcess> StartAsync(SiloProcessOptions options, CancellationToken cancellationToken = default)
    {
        var silo = new SiloProcess(options);
        try
        {
            await silo.WaitUntilReadyAsync(cancellationToken);
            return silo;
        }
        catch
        {
            silo.Kill();
            await silo.DisposeAsync();
            throw;
        }
    }

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

    /// <summary>Asks the silo to shut down (SIGTERM; on Windows by the end of its input) and waits until it has; after 30 seconds it is killed.</summary>
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

    /// <summary>Stops the silo as <see cref="StopAsync"/> does.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static Process Launch(SiloProcessOptions options, Uri address)
    {
        // The silo stops when its standard input ends, which the system brings about even when this process is killed.
        var program = SiloProgram.Find();
        var start = new ProcessStartInfo(SiloProgram.Launcher(), [program.Path])
        {
            WorkingDirectory = program.ContentRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach (var (name, value) in SiloConfiguration.Environment(options, address))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private void Collect(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is { } line)
        {
            _output.Add(line);
            _onOutput?.Invoke(line);
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
                        $"Silo '{Name}' ended with exit code {await Exited} before it was ready. Its output ends with:\n{_output.Tail(TailLength)}");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Silo '{Name}' was not ready at {Address} within {ReadyTimeout.TotalSeconds:0} seconds and was killed. "
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
