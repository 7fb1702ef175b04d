using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// Stops every session that writes to a table, inside the statement that writes, until the pause ends.
/// </summary>
internal sealed class Pause(TestDatabase database, Session holder) : IAsyncDisposable
{
    private const int Turnstile = 4711;

    /// <summary>Stops writers of a table.</summary>
    /// <param name="database">The database.</param>
    /// <param name="writes">What stops them, such as <c>before update on endpoint_route</c>.</param>
    public static Task<Pause> AtAsync(TestDatabase database, string writes) => AtAsync(database, "trigger", writes);

    /// <summary>Stops syncs that made a version inside their COMMIT, before the version is visible.</summary>
    public static Task<Pause> AtCommitAsync(TestDatabase database) =>
        AtAsync(database, "constraint trigger", "after insert on endpoint_sync.versions deferrable initially deferred");

    /// <summary>Stops a session that installs triggers once the first one exists, whatever its lock timeout.</summary>
    public static Task<Pause> AtInstallationAsync(TestDatabase database) => CloseAsync(
        database,
        $"""
         create function pause() returns event_trigger language plpgsql set lock_timeout = 0 as $$
         begin
           perform pg_advisory_xact_lock_shared({Turnstile});
         end;
         $$;
         create event trigger pause on ddl_command_end when tag in ('CREATE TRIGGER') execute function pause();
         """);

    private static Task<Pause> AtAsync(TestDatabase database, string kind, string writes) => CloseAsync(
        database,
        $"""
         create function pause() returns trigger language plpgsql as $$
         begin
           perform pg_advisory_xact_lock_shared({Turnstile});
           return case when tg_op = 'DELETE' then old else new end;
         end;
         $$;
         create {kind} pause {writes} for each row execute function pause();
         """);

    private static async Task<Pause> CloseAsync(TestDatabase database, string pauseSql)
    {
        await database.ExecuteAsync(pauseSql);
        var holder = await Session.OpenAsync(database);
        await holder.ExecuteAsync($"select pg_advisory_lock({Turnstile})");
        return new Pause(database, holder);
    }

    /// <summary>Waits until a writer has been stopped.</summary>
    public Task ReachedAsync() => database.UntilAsync(
        $"select exists (select from {Session.LocksHere} where locktype = 'advisory' and not granted and objid = "
        + $"{Turnstile})", "a writer that is stopped");

    /// <summary>Lets every writer pass from now on.</summary>
    public Task EndAsync() => holder.ExecuteAsync($"select pg_advisory_unlock({Turnstile})");

    public ValueTask DisposeAsync() => holder.DisposeAsync();
}
