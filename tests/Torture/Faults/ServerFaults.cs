using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Faults;

/// <summary>Stops, crashes, freezes and fails over the database server.</summary>
internal sealed class ServerFaults(OwnServer server, int? standby, Recorder recorder) : IDisposable
{
    private const int MostStarts = 30;

    // A server is not promoted while another fault has it stopped.
    private readonly SemaphoreSlim _turn = new(1);
    private bool _isDown;

    /// <summary>When the server that was left was stopped; null before a promotion.</summary>
    public double? LeftAt { get; private set; }

    /// <summary>Strikes with a fault of the server.</summary>
    public async Task StrikeAsync(Planned step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var start = recorder.Now;
            await (step.What switch
            {
                "restart postgres" => RestartAsync(() => server.StopAsync("fast"), step, cancellationToken),
                "crash postgres" => RestartAsync(() => server.StopAsync("immediate"), step, cancellationToken),
                "kill postmaster" => RestartAsync(KillAsync, step, cancellationToken),
                _ => FreezeAsync(step, cancellationToken),
            });
            recorder.Add(new Fault(step.What, Fault.Database) { Start = start, End = recorder.Now });
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the standby the primary.</summary>
    /// <param name="step">Whether it lacks the last commits, and those of how many seconds.</param>
    /// <param name="cancellationToken">Ends the wait for commits that are to be lost.</param>
    public async Task<Promotion> PromoteAsync(Planned step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await PromoteInTurnAsync(step, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Starts the server if a fault has left it stopped.</summary>
    public async Task HealAsync()
    {
        if (_isDown)
        {
            await StartAsync();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Promotion> PromoteInTurnAsync(Planned step, CancellationToken cancellationToken)
    {
        var loses = step.What == "promote and lose";
        if (loses)
        {
            await server.DetachReplicaAsync(standby!.Value);
        }

        var lostSince = recorder.Now;
        if (loses)
        {
            await WaitAsync(step, cancellationToken);
        }

        var start = recorder.Now;
        await server.StopAsync(loses ? "immediate" : "fast");
        LeftAt = recorder.Now;
        await server.PromoteReplicaAsync(standby!.Value);
        var promotion = new Promotion(2, loses ? lostSince : start) { Start = start, End = recorder.Now };
        recorder.Add(promotion);
        recorder.Add(new Fault(step.What, Fault.Database) { Start = start, End = recorder.Now });
        return promotion;
    }

    private async Task RestartAsync(Func<Task> stop, Planned step, CancellationToken cancellationToken)
    {
        _isDown = true;
        await stop();
        await WaitAsync(step, cancellationToken);
        await StartAsync();
    }

    // The children of a killed postmaster keep its memory for a moment.
    private async Task StartAsync()
    {
        for (var attempt = 1; _isDown; attempt++)
        {
            try
            {
                await server.StartAgainAsync();
                _isDown = false;
            }
            catch (Exception) when (attempt < MostStarts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
            }
        }
    }

    private async Task FreezeAsync(Planned step, CancellationToken cancellationToken)
    {
        using (server.Freeze())
        {
            await WaitAsync(step, cancellationToken);
        }
    }

    private Task KillAsync()
    {
        server.KillPostmaster();
        return Task.CompletedTask;
    }

    private static async Task WaitAsync(Planned step, CancellationToken cancellationToken) =>
        await Task.Delay(TimeSpan.FromSeconds(step.Length), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
