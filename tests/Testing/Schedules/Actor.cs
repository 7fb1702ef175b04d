using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>
/// One other writer, a statement at a time. Now and then it dies between two statements, and begins something else in a
/// new session.
/// </summary>
internal sealed class Actor(TestDatabase database, Random random, int number) : IAsyncDisposable
{
    // The actor that it waits for does nothing until its next turn.
    private const string ShortTimeouts = "set lock_timeout = '20ms'";

    private UpstreamWorker? _worker;
    private IEnumerator<Act>? _script;

    /// <summary>Its last step.</summary>
    public string Last { get; private set; } = "";

    /// <summary>Runs its next statement.</summary>
    public async Task StepAsync()
    {
        var worker = _worker ??= await StartAsync();
        _script ??= Acts.Pick(random, worker).GetEnumerator();
        if (random.Next(30) == 0)
        {
            await DieAsync(worker);
        }
        else if (!_script.MoveNext())
        {
            (_script, Last) = (null, $"{number} ends");
        }
        else
        {
            await RunAsync(worker, _script.Current);
        }
    }

    /// <summary>Runs its script to the end.</summary>
    public async Task FinishAsync()
    {
        while (_script is not null)
        {
            await StepAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _script?.Dispose();
        if (_worker is not null)
        {
            await _worker.DisposeAsync();
        }
    }

    private async Task<UpstreamWorker> StartAsync()
    {
        var worker = await UpstreamWorker.StartAsync(database, hashSeed: number);
        await worker.Session.ExecuteAsync(ShortTimeouts);
        return worker;
    }

    // A worker that is refused rolls back and continues with something else, as Odoo does.
    private async Task RunAsync(UpstreamWorker worker, Act act)
    {
        try
        {
            Last = $"{number} {act.What}";
            await act.RunAsync();
        }
        catch (PostgresException refused) when (refused.SqlState != PostgresErrorCodes.AdminShutdown)
        {
            Last += $" ({refused.SqlState})";
            await worker.Session.RollbackAsync();
            _script = null;
        }
        catch (NpgsqlException)
        {
            await BuryAsync(worker);
        }
    }

    private async Task DieAsync(UpstreamWorker worker)
    {
        Last = $"{number} dies";
        if (random.Next(2) == 0)
        {
            await worker.Session.RollbackAsync();
            _script = null;
            return;
        }

        await database.TerminateAsync($"pid = {worker.Session.ProcessId}");
        await BuryAsync(worker);
    }

    private async Task BuryAsync(UpstreamWorker worker)
    {
        await worker.DisposeAsync();
        (_worker, _script) = (null, null);
    }
}
