using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Crashes;

/// <summary>A sync that writes to every table that a sync can write to, and the steps where it does.</summary>
internal static class SyncSteps
{
    /// <summary>
    /// What a sync of the scenario writes, as triggers name it, in the order of the writes; the last one fires inside
    /// COMMIT.
    /// </summary>
    public static readonly string[] All =
    [
        "trigger: before insert on endpoint_route",
        "trigger: after insert on endpoint_route",
        "trigger: before update on endpoint_route",
        "trigger: before delete on endpoint_route",
        "trigger: after delete on endpoint_route",
        "trigger: before update on fastapi_endpoint",
        "trigger: after update on fastapi_endpoint",
        "trigger: before delete on endpoint_sync.quarantine",
        "trigger: before insert on endpoint_sync.quarantine",
        "trigger: before delete on endpoint_sync.pending_syncs",
        "trigger: before insert on endpoint_sync.pending_syncs",
        "trigger: before update of version on endpoint_sync.state",
        "trigger: before insert on endpoint_sync.versions",
        "trigger: before update on endpoint_sync.routes",
        "trigger: after insert on endpoint_sync.routes",
        "constraint trigger: after insert on endpoint_sync.versions deferrable initially deferred",
    ];

    /// <summary>
    /// Endpoints that need every kind of write: one edited, one archived, one new, one to be quarantined, one to be
    /// released, and a pending sync to be completed. The test holds the endpoint <c>open</c> in another session, so
    /// that a pending sync is added too.
    /// </summary>
    public static async Task PrepareAsync(TestDatabase database, TestRegistry registry)
    {
        foreach (var name in new[] { "edited", "archived", "spoilt", "open" })
        {
            await database.AddEndpointAsync(name, "/" + name);
        }

        await database.AddEndpointAsync("mended", "/mended/..");
        await registry.ReloadAsync();
        await database.ExecuteAsync(
            """
            update fastapi_endpoint set root_path = '/edited/twice', registry_sync = false where name = 'edited';
            update fastapi_endpoint set active = false, registry_sync = false where name = 'archived';
            update fastapi_endpoint set root_path = '/spoilt/..', registry_sync = false where name = 'spoilt';
            update fastapi_endpoint set root_path = '/opened', registry_sync = false where name = 'open';
            update fastapi_endpoint set root_path = '/mended', registry_sync = false where name = 'mended';
            insert into endpoint_sync.pending_syncs (schema_name, requested_by, reason)
            values ('public', 'test', 'to be completed');
            """);
        await database.AddEndpointAsync("new", "/new");
    }

    /// <summary>Runs a statement in every session that reaches a step.</summary>
    public static Task DoAtAsync(TestDatabase database, string step, string statement)
    {
        var (kind, writes) =
            (step[..step.IndexOf(':', StringComparison.Ordinal)],
                step[(step.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return database.ExecuteAsync(
            $"""
             create function reach_step() returns trigger language plpgsql as $$
             begin
               {statement};
               return case when tg_op = 'DELETE' then old else new end;
             end;
             $$;
             create {kind} reach_step {writes} for each row execute function reach_step();
             """);
    }

    /// <summary>Removes the statement from the step.</summary>
    public static Task ForgetAsync(TestDatabase database) => database.ExecuteAsync("drop function reach_step cascade");
}
