using EndpointSync.Worker;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Tests.Worker;

public sealed class HealthTests
{
    [Fact]
    public async Task A_worker_without_routes_is_unhealthy()
    {
        await using var worker = await WorkerApp.StartAsync(Map);

        var health = await worker.HealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("ready", health.Tags);
    }

    [Fact]
    public async Task A_worker_at_the_newest_version_is_healthy_and_reports_the_version()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        var health = await worker.HealthAsync();

        Assert.Equal((HealthStatus.Healthy, 1L), (health.Status, health.Data["version"]));
    }

    [Fact]
    public async Task A_worker_without_a_connection_is_degraded()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        worker.Silo.IsDown = true;

        await Deadline.UntilAsync(
            async () => (await worker.HealthAsync()).Description!.Contains("not connected", StringComparison.Ordinal),
            "the worker's health");

        Assert.Equal(HealthStatus.Degraded, (await worker.HealthAsync()).Status);
    }

    [Fact]
    public async Task A_worker_with_a_problem_is_degraded_and_names_it()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "x", "/one")], Map);

        var health = await worker.HealthAsync();

        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("no handler for app 'x'", health.Description!, StringComparison.Ordinal);
    }

    private static void Map(SyncedEndpointsBuilder apps) => apps.Map("a", () => "a");
}
