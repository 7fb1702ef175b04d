using System.Net;
using EndpointSync.Tests.Process.Access;

namespace EndpointSync.Tests.WebConsole;

/// <summary>Orleans' own dashboard: for administrators, and only where it is asked for.</summary>
public sealed class OrleansDashboardTests(ConsoleSilo console) : IClassFixture<ConsoleSilo>
{
    [Fact]
    public async Task An_administrator_sees_the_grains_and_silos_and_nobody_else_does()
    {
        await using var silo = await ProtectedSilo.StartAsync(
            console.Database, new() { ["EndpointSync:Http:OrleansDashboard"] = "true" }, "with a dashboard");
        using var nobody = new ConsoleClient(silo.Address);
        using var viewer = new ConsoleClient(silo.Address);
        await viewer.SignInAsync((await silo.CreateKeyAsync(AccessRole.Viewer)).Secret);
        foreach (var path in new[]
        {
            "/orleans/", "/orleans/DashboardCounters", "/orleans/Trace", "/orleans/index.min.js",
        })
        {
            Assert.Equal((path, HttpStatusCode.Found), (path, await StatusAsync(nobody, path)));
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, await StatusAsync(viewer, path)));
        }

        await using var browser = await console.OpenAsync();
        var page = await browser.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync($"{silo.Address}sign-in?return=%2Forleans%2F");
        await page.FillAsync("#key", ProtectedSilo.AdminKey);
        await page.ClickAsync("main button");
        await page.GetByText("Cluster Profiling").WaitForAsync();
        await page.GetByText("Active Silos").WaitForAsync();
        Assert.Empty(complaints);
        Assert.Equal(HttpStatusCode.Forbidden, (HttpStatusCode)(await page.APIRequest.GetAsync(
            $"{silo.Address}orleans/Trace")).Status);
    }

    [Fact]
    public async Task Without_the_setting_there_is_none()
    {
        using var client = await console.ClientAsync(AccessRole.Admin);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/orleans/"));
    }

    private static async Task<HttpStatusCode> StatusAsync(ConsoleClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }
}
