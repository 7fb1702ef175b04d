using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Tests.Worker;

public sealed class ForwarderTests
{
    [Theory]
    [InlineData("/api/items/1?a=b%20c")]
    [InlineData("/api/a%2Fb")]
    [InlineData("/api/a%252Fb/%C3%A4")]
    public async Task A_request_reaches_the_other_server_with_the_target_that_was_matched(string target)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()));

        var answer = await worker.SendAsync(HttpMethod.Post, target, ("X-Forwarded-For", "6.6.6.6"));

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"POST {target} from 127.0.0.1", await answer.Content.ReadAsStringAsync());
        Assert.Equal("1", answer.Version());
    }

    [Theory]
    [InlineData("/api/../admin")]
    [InlineData("/api/%2E%2e/admin")]
    [InlineData("/api/..%2Fadmin")]
    [InlineData("/api/..%5Cadmin")]
    public async Task A_path_that_the_other_server_could_take_for_another_is_refused(string target)
    {
        await using var other = await OtherServerAsync();
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/api/<path:rest>")], apps => apps.MapForwarder("a", other.Urls.First()));

        Assert.Equal(HttpStatusCode.BadRequest, (await worker.GetAsync(target)).StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_down_is_a_bad_gateway()
    {
        await using var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/api")], apps => apps.MapForwarder("a", "http://127.0.0.1:1"));

        var answer = await worker.GetAsync("/api");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("1", answer.Version());
    }

    [Fact]
    public async Task An_address_that_is_none_is_refused_when_it_is_mapped() =>
        await Assert.ThrowsAsync<ArgumentException>(() => WorkerApp.StartAsync(apps => apps.MapForwarder("a", "localhost:80")));

    // It says another version, as a worker of its own would; this worker's is the one that counts.
    private static async Task<WebApplication> OtherServerAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var other = builder.Build();
        other.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            http.Response.Headers["X-Route-Version"] = "99";
            return http.Response.WriteAsync($"{http.Request.Method} {http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} from {http.Request.Headers["X-Forwarded-For"]}");
        });
        await other.StartAsync();
        return other;
    }
}
