using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Tests.Worker;

/// <summary>A middleware that guards a path is not walked around by another spelling of it.</summary>
public sealed class GuardTests
{
    [Theory]
    [InlineData("/admin/x")]
    [InlineData("//admin/x")]
    [InlineData("///admin/x")]
    [InlineData("/admin%2Fx")]
    [InlineData("/admin//x")]
    [InlineData("/admin%2F%2Fx")]
    [InlineData("/public//..//admin/x")]
    [InlineData("/admin%2fx")]
    [InlineData("/%61dmin/x")]
    [InlineData("/admin/x/../../public/y")]
    [InlineData("/admin/./x")]
    [InlineData("/public/../admin/x")]
    [InlineData("/public/..%2Fadmin/x")]
    [InlineData("/public/%2E%2E/admin/x")]
    [InlineData("/admin%2F..%2Fpublic/x")]
    public async Task No_spelling_of_a_guarded_path_is_answered_by_its_route(string target)
    {
        await using var worker = await GuardedAsync(settings: null);

        using var answer = await worker.GetAsync(target);

        Assert.Contains(
            answer.StatusCode,
            new[]
            {
                HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest, HttpStatusCode.NotFound,
                HttpStatusCode.PermanentRedirect,
            });
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/public/x")]
    [InlineData("/public/x%20y")]
    [InlineData("/public/%C3%A4?q=%2F..%2F")]
    [InlineData("/%70ublic/x")]
    public async Task An_ordinary_path_is_answered(string target)
    {
        await using var worker = await GuardedAsync(settings: null);

        Assert.Equal("public", await worker.TextAsync(target));
    }

    [Theory]
    [InlineData("/public/a%2Fb")]
    [InlineData("/public/a/../b")]
    public async Task A_worker_may_be_told_to_answer_what_the_server_reads_differently(string target)
    {
        await using var refusing = await GuardedAsync(settings: null);
        await using var allowing = await GuardedAsync(
            new() { ["EndpointSync:Worker:AllowAmbiguousPaths"] = "true" });

        using var refused = await refusing.GetAsync(target);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(
            "read this path differently",
            await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("public", await allowing.TextAsync(target));
    }

    private static Task<WorkerApp> GuardedAsync(Dictionary<string, string?>? settings) => WorkerApp.ServingAsync(
        [
            Routes.Of(1, "admin", "/admin/<path:rest>"), Routes.Of(2, "public", "/public/<path:rest>"),
        ],
        apps =>
        {
            apps.Map("admin", () => "secret");
            apps.Map("public", () => "public");
        },
        use: app =>
        {
            app.Use((http, next) =>
            {
                if (!http.Request.Path.StartsWithSegments("/admin", StringComparison.OrdinalIgnoreCase))
                {
                    return next(http);
                }

                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return Task.CompletedTask;
            });
            app.UseRouting();
        },
        settings: settings);
}
