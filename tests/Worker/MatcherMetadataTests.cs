using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Tests.Worker;

/// <summary>The metadata by which an application's matcher chooses endpoints: hosts, methods, content types.</summary>
public sealed class MatcherMetadataTests
{
    [Fact]
    public async Task Hosts_of_all_apps_apply_and_the_worker_still_probes_itself()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"), all: all => all.RequireHost(
                "internal.example", "*.example.org:80"));

        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/one")).StatusCode);
        Assert.Null((await worker.GetAsync("/one")).Version());
        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/one", ("Host", "internal.example"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await worker.GetAsync("/one", ("Host", "x.example.org"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await worker.GetAsync("/endpoint-sync/probe")).StatusCode);
        Assert.Null((await worker.Silo.ServesAsync(1)).Problem);
    }

    [Fact]
    public async Task Hosts_of_a_group_apply()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/g/one")], apps => apps.Map("a", () => "a"),
            use: app => app.MapFallback(() => "fallback"), where: app => app.MapGroup("/g")
                .RequireHost("internal.example"));

        Assert.Equal("fallback", await worker.TextAsync("/g/one"));
        Assert.Equal(
            "a", await (await worker.GetAsync("/g/one", ("Host", "internal.example"))).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Methods_and_content_types_of_all_apps_apply()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", () => "a"),
            all: all => all.WithMetadata(new HttpMethodMetadata(["POST"]), new AcceptsMetadata(["application/json"])));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await worker.GetAsync("/one")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(worker, "text/plain"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(worker, "application/json"));
    }

    [Fact]
    public async Task Metadata_without_effect_for_one_app_stops_the_start()
    {
        await RefusedAsync("HostMatcherPolicy", app => app.RequireHost("internal.example"));
        await RefusedAsync("HttpMethodMatcherPolicy", app => app.WithMetadata(new HttpMethodMetadata(["POST"])));
        await RefusedAsync("AcceptsMatcherPolicy", app => app.WithMetadata(new AcceptsMetadata(["application/json"])));
    }

    [Fact]
    public async Task An_attribute_without_effect_stops_the_start() => Assert.Contains(
        "The fallback of the synced routes was given metadata that HostMatcherPolicy",
        (await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerApp.StartAsync(
            apps => apps.MapFallback([Host("internal.example")] () => "a")))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task The_content_type_of_a_handlers_body_is_not_metadata_of_the_matcher()
    {
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], apps => apps.Map("a", (Dictionary<string, int> body) => body["n"]));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await PostAsync(worker, "text/plain"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(worker, "application/json"));
    }

    private static async Task RefusedAsync(string policy, Action<IEndpointConventionBuilder> ask)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => WorkerApp.StartAsync(apps => ask(apps.Map("a", () => "a"))));

        Assert.Contains(
            $"App 'a' was given metadata that {policy} selects endpoints by", refused.Message,
            StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> PostAsync(WorkerApp worker, string type)
    {
        using var content = new StringContent("""{"n": 1}""", System.Text.Encoding.UTF8, type);
        return (await worker.Http.PostAsync(
            new Uri("/one", UriKind.Relative), content, TestContext.Current.CancellationToken)).StatusCode;
    }
}
