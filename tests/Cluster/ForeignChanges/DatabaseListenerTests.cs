using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.ForeignChanges;

public sealed class DatabaseListenerTests
{
    private const string SessionsSql =
        """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name like 'EndpointSync/%'
          and (query like 'listen %' or query like '%pg_listening_channels%')
        """;

    [Fact]
    public async Task One_session_of_the_whole_cluster_listens_to_a_database_for_all_its_registries()
    {
        var second = new Dictionary<string, RegistryOptions>
        {
            ["second"] = new() { Schema = "second", CreateTables = true, LockName = "second" },
        };
        // A silo does not create triggers while another session has the tables open, as one that prepares or analyzes
        // them may. The next poll tries again.
        await using var cluster = await SyncCluster.StartAsync(silos: 3, SyncCluster.LongTimeouts(), more: second);
        await cluster.Database.UntilAsync($"select ({SessionsSql}) = 1", "a single session that listens");
        await cluster.Database.UntilAsync(
            "select endpoint_sync.is_tracked('public') and endpoint_sync.is_tracked('second')",
            "the triggers of both registries");

        foreach (var schema in new[] { "public", "second" })
        {
            await cluster.Database.ExecuteAsync(
                $$"""
                insert into {{schema}}.endpoint_route (key, route, opts, routing)
                values ('other:{{schema}}', '/{{schema}}', '{}', '{"methods": ["GET"], "routes": ["/x"]}')
                """);
        }

        await cluster.Database.UntilAsync(
            "select count(*) = 2 from endpoint_sync.routes where key in ('other:public', 'other:second')",
            "a version of each registry");
        Assert.Equal(1, await cluster.Database.ScalarAsync<long>(SessionsSql));
    }
}
