using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// Makes the syncs of one silo wait at a step, by a trigger that waits for a lock of the test. All other silos pass.
/// </summary>
internal sealed class SyncStep : IAsyncDisposable
{
    private const int Gate = 4711;

    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _holder;

    private SyncStep(TestDatabase database, NpgsqlConnection holder) => (_database, _holder) = (database, holder);

    /// <param name="database">The registry's database.</param>
    /// <param name="silo">The silo.</param>
    /// <param name="moment">The step, as a trigger names it.</param>
    /// <param name="passes">Whether the statement takes effect when the step is let go, or fails.</param>
    public static async Task<SyncStep> HoldAsync(TestDatabase database, SiloProcess silo, string moment, bool passes)
    {
        await database.ExecuteAsync(
            $$"""
            create function gate() returns trigger language plpgsql as $gate$
            begin
              if current_setting('application_name') = 'EndpointSync/{{silo.Name}}' then
                perform pg_advisory_xact_lock({{Gate}});
                {{(passes ? "" : "raise exception 'the silo is gone';")}}
              end if;
              return new;
            end;
            $gate$;
            create trigger gate {{moment}} for each row execute function gate()
            """);
        var step = new SyncStep(database, await database.Source.OpenConnectionAsync());
        await step.ExecuteAsync($"select pg_advisory_lock({Gate})");
        return step;
    }

    public Task ReachedAsync() => _database.UntilBlockedAsync();

    public Task LetGoAsync() => ExecuteAsync($"select pg_advisory_unlock({Gate})");

    public ValueTask DisposeAsync() => _holder.DisposeAsync();

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _holder);
        await command.ExecuteNonQueryAsync();
    }
}
