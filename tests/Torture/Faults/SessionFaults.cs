using System.Diagnostics;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Tests.Torture.Histories;
using Npgsql;

namespace EndpointSync.Tests.Torture.Faults;

/// <summary>What a session on the database server can do to the others.</summary>
/// <param name="server">The server.</param>
/// <param name="application">How the application names of the subject's sessions begin.</param>
/// <param name="recorder">The history.</param>
internal sealed class SessionFaults(OwnServer server, string application, Recorder recorder)
{
    private const int MostConnections = 400;

    private string Backends => $"from pg_stat_activity where application_name like '{application}%' and pid <> "
        + "pg_backend_pid()";

    /// <summary>Strikes with a fault of a session; what is none does nothing.</summary>
    public Task StrikeAsync(Planned step, CancellationToken cancellationToken) => step.What switch
    {
        "end a backend" => EndAsync(step, "order by random() limit 1", cancellationToken),
        "end all backends" => EndAsync(step, "", cancellationToken),
        "kill a backend" => KillAsync(step, cancellationToken),
        "hold the lock" => HoldAsync(step, $"select pg_advisory_lock({UpstreamWorker.LockKey})", cancellationToken),
        "keep a snapshot" => HoldAsync(
            step, "begin isolation level repeatable read; select count(*) from endpoint_route", cancellationToken),
        "drop a trigger" => LoseTriggerAsync(
            step, "drop trigger if exists endpoint_sync_update on fastapi_endpoint", cancellationToken),
        "disable a trigger" => LoseTriggerAsync(
            step, "alter table endpoint_route disable trigger endpoint_sync_delete", cancellationToken),
        "fill connections" => FillAsync(step, cancellationToken),
        _ => Task.CompletedTask,
    };

    private async Task EndAsync(Planned step, string which, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        await using var connection = await server.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            $"select pg_terminate_backend(pid) from (select pid {Backends} {which}) as chosen", cancellationToken);
        Record(step.What, "sessions", start);
    }

    // The server ends all other sessions too, because the shared memory may be damaged.
    private async Task KillAsync(Planned step, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        await using (var connection = await server.Source.OpenConnectionAsync(cancellationToken))
        {
            var found = await connection.ListAsync(
                $"select pid {Backends} order by random() limit 1", row => row.GetInt32(0), cancellationToken);
            found.ForEach(backend => Process.GetProcessById(backend).Kill());
        }

        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        Record(step.What, Fault.Database, start);
    }

    private async Task HoldAsync(Planned step, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await server.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("set lock_timeout = '5s'", cancellationToken);
        await connection.ExecuteAsync(sql, cancellationToken);
        var start = recorder.Now;
        await WaitAsync(step, cancellationToken);
        Record(step.What, "sessions", start);
    }

    // A silo may install it again before this does.
    private async Task LoseTriggerAsync(Planned step, string sql, CancellationToken cancellationToken)
    {
        var start = recorder.Now;
        await using (var connection = await server.Source.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync("set lock_timeout = '500ms'", cancellationToken);
            await connection.ExecuteAsync(sql, cancellationToken);
        }

        await WaitAsync(step, cancellationToken);
        Record(step.What, "sessions", start);
        await using var again = await server.Source.OpenConnectionAsync(cancellationToken);
        await again.ExecuteAsync("set lock_timeout = '500ms'", cancellationToken);
        await again.ExecuteAsync("select endpoint_sync.install_triggers('public')", cancellationToken);
    }

    private async Task FillAsync(Planned step, CancellationToken cancellationToken)
    {
        var taken = new List<NpgsqlConnection>();
        var start = recorder.Now;
        try
        {
            while (taken.Count < MostConnections)
            {
                taken.Add(await server.Source.OpenConnectionAsync(cancellationToken));
            }
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            await WaitAsync(step, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(taken.Select(connection => connection.DisposeAsync().AsTask()));
            Record(step.What, Fault.Database, start);
        }
    }

    private static async Task WaitAsync(Planned step, CancellationToken cancellationToken) =>
        await Task.Delay(TimeSpan.FromSeconds(step.Length), cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void Record(string what, string on, double start) =>
        recorder.Add(new Fault(what, on) { Start = start, End = recorder.Now });
}
