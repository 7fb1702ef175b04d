using EndpointSync.Core;
using EndpointSync.Client;

namespace EndpointSync.Tests.Worker;

public sealed class FeedTests
{
    private const int HashMismatch = 3104;
    private const int FeedFailed = 3105;
    private const int FeedRecovered = 3106;
    private const int Unknown = 3107;

    [Fact]
    public async Task A_change_is_taken_from_the_delta_alone()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        var pages = worker.Silo.PagesRead;

        worker.Silo.Publish(2, Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/two"));
        await worker.Silo.ServesAsync(2);

        Assert.Equal("a", await worker.TextAsync("/two"));
        Assert.Equal(pages, worker.Silo.PagesRead);
    }

    [Fact]
    public async Task A_registry_without_routes_is_served_as_such()
    {
        await using var worker = await WorkerApp.StartAsync(Map);
        worker.Silo.Publish(0);
        await worker.ServesAsync(0);

        var answer = await worker.GetAsync("/one");

        Assert.Equal((System.Net.HttpStatusCode.NotFound, "0"), (answer.StatusCode, answer.Version()));
    }

    [Fact]
    public async Task A_delta_that_does_not_fit_is_replaced_by_a_full_read()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        worker.Silo.SpoilsDeltas = true;

        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"), Routes.Of(3, "a", "/three"));
        await worker.Silo.ServesAsync(2);

        Assert.Equal("a", await worker.TextAsync("/three"));
        await worker.Log.FirstAsync(HashMismatch).Within("the warning");
    }

    [Fact]
    public async Task A_silo_that_fails_is_logged_once_and_asked_until_it_answers()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        worker.Silo.Failure = new TimeoutException("no answer");
        worker.Silo.LoseGateway();
        await worker.Log.FirstAsync(FeedFailed).Within("the warning");
        Assert.Equal("a", await worker.TextAsync("/one"));

        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"));
        worker.Silo.Failure = null;

        await worker.Silo.ServesAsync(2);
        await worker.Log.FirstAsync(FeedRecovered).Within("the event of the recovery");
        Assert.Single(worker.Log.Entries, entry => entry.EventId == FeedFailed);
    }

    [Fact]
    public async Task A_lost_gateway_ends_a_long_poll_at_once()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        worker.Silo.LoseGateway();

        await worker.Log.FirstAsync(FeedRecovered).Within("the next answer");
    }

    [Fact]
    public async Task A_silent_silo_is_left_for_the_next_one_that_answers()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        worker.Silo.FrozenEntries = 3;
        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"));

        await worker.Silo.ServesAsync(2);
        Assert.Equal("a", await worker.TextAsync("/two"));
        await worker.Log.FirstAsync(FeedRecovered).Within("the event of the recovery");
        Assert.Single(worker.Log.Entries, entry => entry.EventId == FeedFailed);
    }

    [Fact]
    public async Task An_unknown_registry_is_logged_once()
    {
        using var silo = new ScriptedSilo { Failure = new UnknownRegistryException(WorkerApp.Registry, ["other"]) };
        await using var worker = await WorkerApp.StartAsync(Map, silo: silo);
        await worker.Log.FirstAsync(Unknown).Within("the warning");

        silo.Failure = null;
        silo.Publish(1, Routes.Of(1, "a", "/one"));
        await silo.ServesAsync(1);

        Assert.Single(worker.Log.Entries, entry => entry.EventId == Unknown);
    }

    [Fact]
    public async Task A_version_never_goes_back()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        worker.Silo.Publish(2, Routes.Of(1, "a", "/two"));
        await worker.Silo.ServesAsync(2);
        var current = worker.Current.Routes!;

        Assert.False(worker.Current.Swap(new(RouteImage.Empty, fromSnapshot: false)));

        Assert.Same(current, worker.Current.Routes);
    }

    [Fact]
    public async Task A_worker_that_stops_leaves_its_feed()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        var report = await worker.Silo.ServesAsync(1);

        await worker.Application.StopAsync();

        Assert.Equal(report.Worker, worker.Silo.Left);
    }

    private static void Map(SyncedEndpointsBuilder apps) => apps.Map("a", () => "a");
}
