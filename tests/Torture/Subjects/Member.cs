using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>A silo or worker that is killed, stopped and started again under its name and port.</summary>
internal sealed class Member(string name, Recorder recorder, Func<CancellationToken, Task<ServerProcess>> start)
    : IAsyncDisposable
{
    private static readonly TimeSpan BetweenStarts = TimeSpan.FromSeconds(1);

    private int _lives;
    private double _began;

    public string Name => name;

    public ServerProcess? Process { get; private set; }

    /// <summary>The name and the number of the life.</summary>
    public string Life => $"{name}#{_lives}";

    /// <summary>Starts it, as often as it takes: without its database a silo ends again.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        while (Process is null)
        {
            try
            {
                var process = await start(cancellationToken);
                (_lives, _began, Process) = (_lives + 1, recorder.Now, process);
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
            {
                Console.Error.WriteLine($"{name} did not start: {failure.Message}");
                await Task.Delay(BetweenStarts, cancellationToken);
            }
        }
    }

    public async Task KillAsync()
    {
        Process?.Kill();
        await EndAsync();
    }

    public Task StopAsync() => EndAsync();

    public void Suspend() => Process?.Suspend();

    public void Resume() => Process?.Resume();

    public async ValueTask DisposeAsync() => await EndAsync();

    // A silo that the cluster gave up while it was stopped ends by itself.
    public async Task<bool> HasEndedAsync()
    {
        if (Process is { Exited.IsCompleted: true })
        {
            await EndAsync();
        }

        return Process is null;
    }

    private async Task EndAsync()
    {
        if (Process is { } process)
        {
            Process = null;
            await process.DisposeAsync();
            recorder.Add(new WorkerLife(Life) { Start = _began, End = recorder.Now });
        }
    }
}
