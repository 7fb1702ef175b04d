using System.Net;
using Microsoft.AspNetCore.Builder;

namespace EndpointSync.Tests.Worker;

public sealed class NotFoundTests
{
    // The search for another silo, when one seems silent on a busy machine, asks for the newest version too.
    private static readonly Dictionary<string, string?> LongTimeouts = new()
    {
        ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:10",
        ["EndpointSync:Worker:SiloTimeout"] = "00:00:30",
    };

    [Fact]
    public async Task A_miss_waits_for_the_newer_version_that_may_have_the_route()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts);
        var newest = new TaskCompletionSource<RouteVersion>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Silo.Newest = () => newest.Task;
        var asking = worker.GetAsync("/new");

        newest.SetResult(new RouteVersion(2));
        worker.Silo.Publish(2, Routes.Of(1, "a", "/new"));

        var answer = await asking.Within("the answer by version 2");
        Assert.Equal((HttpStatusCode.OK, "2"), (answer.StatusCode, answer.Version()));
    }

    [Fact]
    public async Task A_method_that_is_not_answered_yet_waits_too()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one", "GET")], apps => apps.Map("a", () => "a"), settings: LongTimeouts);
        worker.Silo.Newest = () =>
        {
            worker.Silo.Publish(2, Routes.Of(1, "a", "/one", "POST"));
            return Task.FromResult(new RouteVersion(2));
        };

        Assert.Equal(HttpStatusCode.OK, (await worker.SendAsync(HttpMethod.Post, "/one")).StatusCode);
    }

    [Fact]
    public async Task A_miss_in_the_newest_version_is_answered_404_at_once()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts);

        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/missing")).StatusCode);
        Assert.Equal(1, worker.Silo.NewestCalls);
    }

    [Fact]
    public async Task Concurrent_misses_share_the_next_query_and_never_join_the_running_one()
    {
        const int late = 20;
        var waiting = new SemaphoreSlim(0);
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts, use: app => CountWaiting(app, waiting));
        var first = new TaskCompletionSource<RouteVersion>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Silo.Newest = () =>
        {
            worker.Silo.Newest = () => Task.FromResult(new RouteVersion(1));
            return first.Task;
        };
        var misses = new List<Task> { worker.GetAsync("/missing") };
        await waiting.WaitAsync().Within("the first miss");
        for (var miss = 0; miss < late; miss++)
        {
            misses.Add(worker.GetAsync("/missing"));
            await waiting.WaitAsync().Within("another miss");
        }

        first.SetResult(new RouteVersion(1));
        await Task.WhenAll(misses).Within("the answers");

        Assert.Equal(2, worker.Silo.NewestCalls);
    }

    // A request that is not answered at once has joined a query.
    private static void CountWaiting(WebApplication app, SemaphoreSlim waiting)
    {
        app.Use((http, next) =>
        {
            var answered = next(http);
            if (http.Request.Path == "/missing")
            {
                waiting.Release();
            }

            return answered;
        });
        app.UseRouting();
    }

    [Fact]
    public async Task Without_a_cluster_a_miss_is_answered_at_once()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts);
        worker.Silo.IsDown = true;
        await Deadline.UntilAsync(() => Task.FromResult(!worker.Worker().Newest.CanAsk), "the worker to notice");
        var calls = worker.Silo.NewestCalls;

        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/missing")).StatusCode);
        Assert.Equal(calls, worker.Silo.NewestCalls);
    }

    [Fact]
    public async Task A_cluster_that_fails_is_not_queried_by_every_miss()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts);
        worker.Silo.Newest = () => Task.FromException<RouteVersion>(new TimeoutException("no answer"));

        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/missing")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/missing")).StatusCode);
        Assert.Equal(worker.Silo.Urls.Count, worker.Silo.NewestCalls);
    }

    [Fact]
    public async Task A_query_that_its_silo_does_not_answer_goes_to_the_next_one()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"), settings: LongTimeouts);
        worker.Silo.Newest = () =>
        {
            worker.Silo.Newest = () => Task.FromResult(new RouteVersion(2));
            worker.Silo.Publish(2, Routes.Of(1, "a", "/new"));
            return new TaskCompletionSource<RouteVersion>().Task;
        };

        var answer = await worker.GetAsync("/new").Within("the answer by version 2");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, worker.Silo.NewestCalls);
    }

    [Fact]
    public async Task A_timeout_of_zero_disables_the_query()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"),
            settings: new() { ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:00" },
            use: app => app.MapFallback(() => "fallback"));

        Assert.Equal("fallback", await worker.TextAsync("/missing"));
        Assert.Equal(0, worker.Silo.NewestCalls);
    }
}
