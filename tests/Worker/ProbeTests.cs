using System.Net;
using EndpointSync.Worker.Probing;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Tests.Worker;

public sealed class ProbeTests
{
    [Fact]
    public async Task A_version_that_no_answer_of_the_server_carries_is_not_reported_as_served()
    {
        var isBlocked = true;
        await using var worker = await WorkerApp.StartAsync(apps => apps.Map("a", () => "a"), use: app =>
        {
            app.Use(async (http, next) =>
            {
                if (isBlocked)
                {
                    http.Response.StatusCode = StatusCodes.Status418ImATeapot;
                    return;
                }

                await next(http);
            });
            app.UseRouting();
        });
        worker.Silo.Publish(1, Routes.Of(1, "a", "/one"));

        var report = await worker.Silo.ReportedAsync(
            report => report.Problem?.Contains(
                "was answered 418 without a version", StringComparison.Ordinal) == true, "a report of the problem");
        Assert.Equal(0, report.Version.Value);
        await worker.Log.FirstAsync(3108).Within("the warning");
        isBlocked = false;
        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
    }

    [Fact]
    public async Task Nothing_is_reported_as_served_before_the_server_has_started()
    {
        using var silo = new ScriptedSilo();
        silo.Publish(1, Routes.Of(1, "a", "/one"));
        var gate = new StartGate(silo);
        await using var worker = await WorkerApp.StartAsync(
            apps => apps.Map("a", () => "a"), builder => builder.Services.AddHostedService(_ => gate), silo: silo);

        Assert.Equal(0, gate.Report!.Version.Value);
        await silo.ServesAsync(1);
    }

    [Fact]
    public async Task A_server_that_filters_hosts_still_answers_the_probe()
    {
        await using var worker = await WorkerApp.StartAsync(
            apps => apps.Map("a", () => "a"),
            builder => builder.Services.Configure<HostFilteringOptions>(
                hosts => hosts.AllowedHosts = ["*.example.org"]),
            app =>
            {
                app.UseHostFiltering();
                app.UseRouting();
            });

        worker.Silo.Publish(1, Routes.Of(1, "a", "/one"));

        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
        Assert.Equal(HttpStatusCode.BadRequest, (await worker.GetAsync("/one")).StatusCode);
    }

    [Fact]
    public async Task A_request_with_a_guessed_secret_is_an_ordinary_request()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"));
        var secret = worker.Worker().Secret;

        Assert.Equal(
            HttpStatusCode.OK,
            (await worker.GetAsync("/one", (ProbeSecret.Header, new string('0', secret.Value.Length)))).StatusCode);
        Assert.Equal(
            HttpStatusCode.OK,
            (await worker.GetAsync(
                "/one", (ProbeSecret.Header, secret.Value), (ProbeSecret.Header, secret.Value))).StatusCode);
        Assert.Equal(
            HttpStatusCode.NoContent, (await worker.GetAsync("/one", (ProbeSecret.Header, secret.Value))).StatusCode);
    }

    [Theory]
    [InlineData("/g")]
    [InlineData("/g/h i")]
    [InlineData("/{tenant}/g")]
    public async Task Routes_in_a_group_are_probed_wherever_it_is(string prefix)
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/g/one")], apps => apps.Map("a", () => "a"), where: app => app.MapGroup(prefix));

        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/endpoint-sync/probe")).StatusCode);
    }

    [Fact]
    public async Task The_probe_finds_an_endpoint_that_hides_a_group()
    {
        await using var worker = await WorkerApp.StartAsync(
            apps => apps.Map("a", () => "a"), use: app => app.MapGet(
                "/g/{**all}", () => "own"), where: app => app.MapGroup("/g"));
        worker.Silo.Publish(1, Routes.Of(1, "a", "/g/one"));

        await worker.Silo.ReportedAsync(
            report => report.Problem?.Contains(
                "/g/endpoint-sync/probe was answered 200 without a version",
                StringComparison.Ordinal) == true, "a report of the problem");
    }

    [Fact]
    public async Task A_path_base_does_not_keep_a_worker_from_probing_itself()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"),
            use: app => app.UsePathBase("/base").UseRouting());

        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
        Assert.Equal("a", await worker.TextAsync("/base/one"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000/endpoint-sync/probe")]
    [InlineData("http://[::]:5000", "http://[::1]:5000/endpoint-sync/probe")]
    [InlineData("http://0.0.0.0:5000", "http://127.0.0.1:5000/endpoint-sync/probe")]
    [InlineData("http://*:5000", "http://127.0.0.1:5000/endpoint-sync/probe")]
    [InlineData("https://+:5001;http://localhost:5000", "http://localhost:5000/endpoint-sync/probe")]
    [InlineData("https://+:5001;http://unix:/tmp/socket", "https://127.0.0.1:5001/endpoint-sync/probe")]
    [InlineData("http://unix:/tmp/socket", null)]
    public void The_address_is_one_that_the_process_can_reach(string addresses, string? probed) =>
        Assert.Equal(probed, ProbeAddress.Of(addresses.Split(';'), "endpoint-sync/probe")?.ToString());

    // The server starts after this service, so every report until then was made without a server.
    private sealed class StartGate(ScriptedSilo silo) : IHostedService
    {
        public WorkerReport? Report { get; private set; }

        public async Task StartAsync(CancellationToken cancellationToken) =>
            Report = await silo.ReportedAsync(_ => true, "the first report");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
