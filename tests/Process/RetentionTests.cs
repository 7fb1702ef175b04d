using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

public sealed class RetentionTests
{
    [Fact]
    public async Task A_silo_deletes_at_its_start_what_is_kept_too_long()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var registry = new TestRegistry(database))
        {
            for (var number = 1; number <= 3; number++)
            {
                await database.AddEndpointAsync($"e{number}", $"/e{number}");
                await registry.ReloadAsync();
            }
        }

        var options = Fleet.Options(database);
        await using var silo = await SiloProcess.StartAsync(
            options with
            {
                Configuration = new Dictionary<string, string>(options.Configuration)
                {
                    ["EndpointSync:History:MostVersions"] = "2",
                },
            },
            TestContext.Current.CancellationToken);

        await Deadline.UntilAsync(
            async () => await database.ListAsync("select version::text from endpoint_sync.versions order by version")
                is ["2", "3"],
            "the two newest versions and no other");
    }

    [Fact]
    public async Task A_retention_out_of_its_range_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(new SiloProcessOptions
            {
                ClusterConnectionString = "Host=127.0.0.1;Port=1",
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:History:Retention"] = "00:59:00",
                    ["EndpointSync:History:MostVersions"] = "0",
                },
            }));

        Assert.Contains(
            "EndpointSync:History:Retention (00:59:00) must lie between 01:00:00 and 36500.00:00:00", refused.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "EndpointSync:History:MostVersions (0) must lie between 1 and 1000000", refused.Message,
            StringComparison.Ordinal);
    }
}
