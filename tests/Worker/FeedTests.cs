using EndpointSync.Core;
using EndpointSync.Worker;

namespace EndpointSync.Tests.Worker;

public sealed class FeedTests
{
    private const int HashMismatch = 3104;
    private const int FeedFailed = 3105;
    private const int FeedRecovered = 3106;
    private const int Unknown = 3107;
    private const int Refused = 3113;
    private const int KnowsSilos = 3114;

    [Fact]
    public async Task A_change_is_taken_from_the_delta_alone()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);
        var pages = worker.Silo.TablesSent;

        worker.Silo.Publish(2, Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/two"));
        await worker.Silo.ServesAsync(2);

        Assert.Equal("a", await worker.TextAsync("/two"));
        Assert.Equal(pages, worker.Silo.TablesSent);
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
        worker.Silo.Failure = (503, "no routes yet");
        worker.Silo.LoseConnections();
        await worker.Log.FirstAsync(FeedFailed).Within("the warning");
        Assert.Equal("a", await worker.TextAsync("/one"));

        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"));
        worker.Silo.Failure = null;

        await worker.Silo.ServesAsync(2);
        await worker.Log.FirstAsync(FeedRecovered).Within("the event of the recovery");
        Assert.Single(worker.Log.Entries, entry => entry.EventId == FeedFailed);
    }

    [Fact]
    public async Task A_lost_connection_ends_a_long_poll_at_once()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        worker.Silo.LoseConnections();

        await worker.Log.FirstAsync(FeedRecovered).Within("the next answer");
    }

    [Fact]
    public async Task A_silent_silo_is_left_for_the_next_one_that_answers()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        worker.Silo.FreezeAsked();
        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"));

        await worker.Silo.ServesAsync(2);
        Assert.Equal("a", await worker.TextAsync("/two"));
        await worker.Log.FirstAsync(FeedRecovered).Within("the event of the recovery");
        Assert.Single(worker.Log.Entries, entry => entry.EventId == FeedFailed);
    }

    [Fact]
    public async Task An_unknown_registry_is_logged_once()
    {
        using var silo = new ScriptedSilo { Failure = (404, "Registry 'openspp' is not configured.") };
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

    [Fact]
    public async Task A_refused_key_is_an_error_with_the_cure_and_the_worker_keeps_serving()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map);

        worker.Silo.Failure = (401, "The key has expired.");
        worker.Silo.LoseConnections();

        var refused = await worker.Log.FirstAsync(Refused).Within("the error");
        Assert.Contains("answers 401: The key has expired.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Worker:KeyFile", refused.Message, StringComparison.Ordinal);
        Assert.Equal("a", await worker.TextAsync("/one"));
        await Deadline.UntilAsync(
            async () => (await worker.HealthAsync()).Description!.Contains("answers 401", StringComparison.Ordinal),
            "the problem in the worker's health");
    }

    [Fact]
    public async Task A_worker_shows_the_key_of_its_file_and_reads_it_again_when_a_link_leads_to_another_file()
    {
        // As a mounted secret is replaced: the files in both folders have the same time of change.
        var folder = Directory.CreateTempSubdirectory("endpointsync-key-").FullName;
        foreach (var name in new[] { "first", "second" })
        {
            var key = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, "key");
            await File.WriteAllTextAsync(key, name + "\n");
            File.SetLastWriteTimeUtc(key, DateTime.UnixEpoch);
        }

        var link = Path.Combine(folder, "data");
        Directory.CreateSymbolicLink(link, "first");
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], Map,
            settings: new() { ["EndpointSync:Worker:KeyFile"] = Path.Combine(link, "key") });
        Assert.Equal("Bearer first", worker.Silo.Key);

        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, "second");
        worker.Silo.Publish(2, Routes.Of(2, "a", "/two"));
        await worker.Silo.ServesAsync(2);

        Assert.Equal("Bearer second", worker.Silo.Key);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_silo_that_is_named_by_another_is_asked_when_that_one_is_gone()
    {
        using var other = new ScriptedSilo();
        await using var worker = await WorkerApp.StartAsync(Map);
        worker.Silo.Named = [.. other.Urls];
        worker.Silo.Publish(1, Routes.Of(1, "a", "/one"));
        await worker.Silo.ServesAsync(1);
        await worker.Log.FirstAsync(KnowsSilos).Within("the list of silos");

        worker.Silo.IsDown = true;
        other.Publish(2, Routes.Of(2, "a", "/two"));

        await other.ServesAsync(2);
        Assert.Equal("a", await worker.TextAsync("/two"));
    }

    private static void Map(SyncedEndpointsBuilder apps) => apps.Map("a", () => "a");
}
