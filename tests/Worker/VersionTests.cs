using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Tests.Worker;

public sealed class VersionTests
{
    private const string MinVersion = "X-Min-Route-Version";

    [Fact]
    public async Task Every_answer_of_the_route_table_carries_its_version()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one"), Routes.Of(2, "broken", "/broken")],
            apps =>
            {
                apps.Map("a", () => "a");
                apps.Map("broken", (HttpContext http) => throw new InvalidOperationException("broken"));
            },
            use: app =>
            {
                app.UseExceptionHandler(handler => handler.Run(http => http.Response.WriteAsync("handled")));
                app.MapGet("/own", () => "own");
            });

        Assert.Equal("1", (await worker.GetAsync("/one")).Version());
        Assert.Equal("1", (await worker.GetAsync("/missing")).Version());
        var broken = await worker.GetAsync("/broken");
        Assert.Equal((HttpStatusCode.InternalServerError, "1"), (broken.StatusCode, broken.Version()));
        Assert.Null((await worker.GetAsync("/own")).Version());
    }

    [Fact]
    public async Task A_worker_without_routes_answers_503()
    {
        await using var worker = await WorkerApp.StartAsync(apps => apps.Map("a", () => "a"));

        var answer = await worker.GetAsync("/one");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_request_for_a_newer_version_waits_for_it()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"),
            settings: new() { ["EndpointSync:Worker:MinVersionTimeout"] = "00:01:00" });
        worker.Silo.Newest = () => Task.FromResult(new RouteVersion(3));
        var waiting = worker.GetAsync("/one", (MinVersion, "3"));
        worker.Silo.Publish(2, Routes.Of(1, "a", "/other"));
        await worker.Silo.ServesAsync(2);
        Assert.False(waiting.IsCompleted);

        worker.Silo.Publish(3, Routes.Of(1, "a", "/one"));

        var answer = await waiting.Within("the answer by version 3");
        Assert.Equal((HttpStatusCode.OK, "3"), (answer.StatusCode, answer.Version()));
    }

    [Fact]
    public async Task A_version_that_does_not_come_in_time_is_answered_503_with_both_versions()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"),
            settings: new() { ["EndpointSync:Worker:MinVersionTimeout"] = "00:00:00.050" });
        worker.Silo.Newest = () => Task.FromResult(new RouteVersion(7));

        var answer = await worker.GetAsync("/one", (MinVersion, "7"));

        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("asks for version 7", text, StringComparison.Ordinal);
        Assert.Contains("serves version 1", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("9223372036854775807")]
    public async Task A_request_does_not_wait_for_a_version_unknown_to_the_cluster(string version)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"),
            settings: new() { ["EndpointSync:Worker:MinVersionTimeout"] = "00:01:00" });

        var answer = await worker.GetAsync("/one", (MinVersion, version)).Within("the answer");

        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)),
            (answer.StatusCode, answer.Headers.RetryAfter!.Delta));
        Assert.Contains($"asks for version {version}", text, StringComparison.Ordinal);
        Assert.Contains("the cluster's newest version is 1", text, StringComparison.Ordinal);
        Assert.Equal(1, worker.Silo.NewestCalls);
    }

    [Fact]
    public async Task A_request_waits_for_a_version_while_the_cluster_does_not_answer()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [], apps => apps.Map("a", () => "a"),
            settings: new() { ["EndpointSync:Worker:MinVersionTimeout"] = "00:01:00" });
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Silo.Newest = () =>
        {
            failed.TrySetResult();
            throw new TimeoutException("no answer");
        };
        var waiting = worker.GetAsync("/one", (MinVersion, "2"));
        await failed.Task.Within("the query");

        worker.Silo.Publish(2, Routes.Of(1, "a", "/one"));

        Assert.Equal(HttpStatusCode.OK, (await waiting.Within("the answer by version 2")).StatusCode);
    }

    // A proxy that sets a header from a variable sends it empty when the variable is.
    [Fact]
    public async Task An_empty_version_asks_for_none()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"));

        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/one", (MinVersion, ""))).StatusCode);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("new")]
    [InlineData("99999999999999999999")]
    public async Task An_invalid_version_is_answered_400(string version)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"));

        var answer = await worker.GetAsync("/one", (MinVersion, version));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"'{version}'", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
