namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>
/// Servers that answer before a commit is on the disk, or on the standby. What silos have published, and what callers
/// were promised, must not be lost with the server.
/// </summary>
public sealed class DurableCommitTests : RegistryTests
{
    [Theory]
    [InlineData("off", "on")]
    [InlineData("local", "on")]
    [InlineData("remote_write", "on")]
    [InlineData("on", "on")]
    [InlineData("remote_apply", "remote_apply")]
    public async Task The_commits_of_a_version_and_of_an_edit_and_of_a_pending_sync_wait_until_they_are_durable(
        string servers, string ours)
    {
        await Database.ExecuteAsync(
            $"""
             alter database {Database.Name} set synchronous_commit = {servers};
             create table seen (commits text, setting text);
             create function see() returns trigger language plpgsql as $$
             begin
               insert into public.seen values (tg_table_name, current_setting('synchronous_commit'));
               return null;
             end $$;
             create trigger see after insert on endpoint_sync.versions for each row execute function see();
             create trigger see after insert on endpoint_sync.pending_syncs for each row execute function see();
             create trigger see after insert on fastapi_endpoint for each row execute function see();
             """);

        await Registry.Endpoints.AddAsync(
            new EndpointEdit { Name = "orders", RootPath = "/orders", App = "api" }, CancellationToken.None);
        await Registry.ReloadAsync();
        await Registry.Session.TryRecordPendingAsync("a test", new ReloadRequest());

        Assert.Equal(
            [$"fastapi_endpoint {ours}", $"pending_syncs {ours}", $"versions {ours}"],
            await Database.ListAsync("select distinct commits || ' ' || setting from seen order by 1"));
    }
}
