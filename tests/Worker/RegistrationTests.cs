using EndpointSync.Client;
using EndpointSync.Grains.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Worker;

public sealed class RegistrationTests
{
    [Theory]
    [InlineData("Name", " ", "EndpointSync:Worker:Name (' ') must have 1 to 200 characters")]
    [InlineData("SnapshotPath", " ", "EndpointSync:Worker:SnapshotPath (' ') names no file")]
    [InlineData(
        "MinVersionTimeout", "-00:00:01",
        "EndpointSync:Worker:MinVersionTimeout (-00:00:01) must lie between 00:00:00 and 00:01:00")]
    [InlineData(
        "NotFoundTimeout", "00:00:11",
        "EndpointSync:Worker:NotFoundTimeout (00:00:11) must lie between 00:00:00 (no check) and 00:00:10")]
    public async Task A_wrong_option_stops_the_start_and_names_its_key(string key, string value, string complaint)
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(log, new() { [$"EndpointSync:Worker:{key}"] = value });

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => application.StartAsync());

        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_registry_name_is_refused() =>
        Assert.Throws<ArgumentException>(() => WebApplication.CreateEmptyBuilder(new()).AddEndpointSync("Open SPP"));

    [Fact]
    public void An_application_is_the_worker_of_one_registry()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.AddEndpointSync("one");

        Assert.Contains(
            "AddEndpointSync was called after AddEndpointSync",
            Assert.Throws<InvalidOperationException>(() => builder.AddEndpointSync("two")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "AddEndpointSyncClient was called after AddEndpointSync",
            Assert.Throws<InvalidOperationException>(() => builder.AddEndpointSyncClient()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_includes_the_client()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.AddEndpointSyncClient();

        Assert.Contains(
            "leave it out", Assert.Throws<InvalidOperationException>(() => builder.AddEndpointSync("one")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_are_mapped_once()
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(log);
        application.MapSyncedEndpoints(apps =>
        {
            apps.Map("a", () => "a");
            Assert.Throws<ArgumentException>(() => apps.Map("a", () => "b"));
            apps.MapFallback(() => "c");
            Assert.Throws<InvalidOperationException>(() => apps.MapFallback(() => "d"));
        });

        Assert.Throws<InvalidOperationException>(() => application.MapSyncedEndpoints(_ => { }));
    }

    [Fact]
    public async Task Mapping_requires_the_worker()
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains(
            "AddEndpointSync",
            Assert.Throws<InvalidOperationException>(() => application.MapSyncedEndpoints(_ => { })).Message,
            StringComparison.Ordinal);
    }
}
