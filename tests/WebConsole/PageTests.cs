using System.Net;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using EndpointSync.Tests.Process.Access;
using Microsoft.Playwright;

namespace EndpointSync.Tests.WebConsole;

/// <summary>Every page, in both themes and on a telephone's width, in a real browser.</summary>
public sealed class PageTests(ConsoleSilo console) : IClassFixture<ConsoleSilo>, IAsyncLifetime
{
    private const int Telephone = 360;

    private const string Nasty = "<script>fetch('//evil')</script>\u202egnp.exe";

    private static readonly ViewportSize Small = new() { Width = Telephone, Height = 740 };

    // Every page with something on it, and the empty ones.
    private static readonly string[] Pages =
    [
        "", "registries/openspp", "registries/openspp/subscribers", "registries/openspp/subscribers?show=refused",
        "registries/openspp/endpoints", "registries/openspp/endpoints/new", "registries/openspp/endpoints/{id}",
        "registries/openspp/endpoints/{id}?saved=true", "registries/openspp/routes", "registries/openspp/history",
        "registries/openspp/history/1", "registries/openspp/diff?from=0&to=1", "registries/openspp/quarantine",
        "registries/openspp/overlaps", "registries/openspp/explain",
        "registries/openspp/explain?method=GET&path=/first/7", "registries/openspp/explain?path=nowhere",
        "registries/openspp/writers", "registries/openspp/plan", "registries/openspp/pin",
        "registries/openspp/history/1/rollback", "audit", "audit?operation=nothing", "keys", "sign-in",
        "registries/openspp/endpoints/999999", "registries/nowhere",
    ];

    private int _endpoint;

    public async ValueTask InitializeAsync()
    {
        await console.Database.ExecuteAsync("delete from fastapi_endpoint");
        _endpoint = await console.Database.AddEndpointAsync("first", "/first");
        await console.Database.AddEndpointAsync(
            Nasty.Replace("'", "''", StringComparison.Ordinal), "/nasty");
        await console.Database.AddEndpointAsync("refused", "/a/<int:b");
        await ReloadAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Colours do not depend on the width, nor the width on colours.
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, Telephone)]
    public async Task No_page_has_a_barrier_or_scrolls_sideways_or_breaks_its_policy(ColorScheme theme, int width)
    {
        await using var browser = await console.SignedInAsync(AccessRole.Admin, new BrowserNewContextOptions
        {
            ColorScheme = theme,
            ViewportSize = new ViewportSize { Width = width, Height = 740 },
        });
        var page = browser.Pages[0];
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("status of 40", StringComparison.Ordinal))
            {
                complaints.Add($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => complaints.Add($"{page.Url}: {error}");

        foreach (var path in Pages)
        {
            await page.GotoAsync(AddressOf(path));
            var result = await page.RunAxe();
            Assert.True(result.Violations.Length == 0, $"{path}: {Describe(result)}");
            Assert.True(
                await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width,
                $"{path} is wider than {width}");
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Names_of_others_are_shown_as_text_with_every_character_visible()
    {
        await using var browser = await console.SignedInAsync(AccessRole.Viewer);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf("registries/openspp/endpoints"));

        await Assertions.Expect(page.GetByText("<script>fetch('//evil')</script>\\u202egnp.exe")).ToBeVisibleAsync();
        Assert.Equal(0, await page.Locator("main script").CountAsync());
    }

    [Fact]
    public async Task A_page_can_be_read_without_scripts()
    {
        await using var browser = await console.SignedInAsync(
            AccessRole.Viewer, new BrowserNewContextOptions { JavaScriptEnabled = false });
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf(""));
        await page.ClickAsync("tbody th a");

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("openspp");
        await Assertions.Expect(page.Locator("dl time").First).ToContainTextAsync("UTC");
    }

    [Fact]
    public async Task An_operator_adds_an_endpoint_and_sees_it_served_and_a_viewer_cannot()
    {
        await using var browser = await console.SignedInAsync(
            AccessRole.Operator, new BrowserNewContextOptions { ViewportSize = Small });
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf("registries/openspp/endpoints/new"));
        await page.FillAsync("#name", "by hand");
        await page.FillAsync("#rootPath", "/first");
        await page.FillAsync("#app", "api");
        await page.ClickAsync("main button");
        // What was typed is still there, with the reason.
        await Assertions.Expect(page.Locator("[role=alert]")).ToContainTextAsync("taken");
        await Assertions.Expect(page.Locator("#name")).ToHaveValueAsync("by hand");
        await page.FillAsync("#rootPath", "/by-hand");
        await page.ClickAsync("main button");
        await Assertions.Expect(page.Locator(".done")).ToContainTextAsync("Saved");

        await page.ClickAsync(".done a");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Assertions.Expect(page.Locator("main .state").First).ToHaveTextAsync("Synced");
        await page.GotoAsync(AddressOf("registries/openspp/explain?path=/by-hand/x"));
        await Assertions.Expect(page.Locator(".outcome")).ToHaveTextAsync("Answered");
        await page.GotoAsync(AddressOf("registries/openspp/explain?path=/by-nobody"));
        await Assertions.Expect(page.Locator(".outcome")).ToContainTextAsync("404");

        await using var other = await console.SignedInAsync(AccessRole.Viewer);
        var read = other.Pages[0];
        await read.GotoAsync(AddressOf($"registries/openspp/endpoints/{_endpoint}"));
        Assert.Equal(0, await read.Locator("main form").CountAsync());
        await read.GotoAsync(AddressOf("registries/openspp"));
        Assert.Equal(0, await read.Locator("main form").CountAsync());
    }

    [Fact]
    public async Task An_edit_that_somebody_else_overtook_is_refused()
    {
        await using var browser = await console.SignedInAsync(AccessRole.Operator);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf($"registries/openspp/endpoints/{_endpoint}"));
        await console.Silo.StatusAsync(
            ProtectedSilo.AdminKey, "PATCH", $"registries/openspp/endpoints/{_endpoint}", "{\"name\":\"overtaken\"}");
        await page.FillAsync("#name", "late");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(page.Locator("[role=alert]")).ToContainTextAsync("edited meanwhile");
        Assert.Equal("overtaken", await console.Database.ScalarAsync<string>(
            $"select name::text from fastapi_endpoint where id = {_endpoint}"));
    }

    [Fact]
    public async Task A_bad_edit_is_rolled_back_after_the_name_is_typed_and_the_pin_is_shown_until_it_ends()
    {
        var good = await console.Database.ScalarAsync<long>("select max(version) from endpoint_sync.versions");
        await console.Database.ExecuteAsync($"update fastapi_endpoint set root_path = '/bad' where id = {_endpoint}");
        await ReloadAsync();
        await using var browser = await console.SignedInAsync(AccessRole.Operator);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf($"registries/openspp/history/{good}"));
        await page.ClickAsync("text=Roll back to it");
        await page.FillAsync("#reason", "it answers 404");
        await page.FillAsync("#confirm", "another");
        await page.ClickAsync("button.danger");
        await Assertions.Expect(page.Locator("#confirm-error")).ToContainTextAsync("must be openspp");
        await Assertions.Expect(page.Locator("#reason")).ToHaveValueAsync("it answers 404");
        Assert.Equal(0L, await console.Database.ScalarAsync<long>(
            "select count(*) from endpoint_sync.state where pinned_hash is not null"));

        await page.FillAsync("#confirm", "openspp");
        await page.ClickAsync("button.danger");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Replaced version");
        await page.GotoAsync(AddressOf(""));
        await Assertions.Expect(page.Locator(".pinned")).ToHaveTextAsync($"Pinned to {good}");
        await page.GotoAsync(AddressOf("registries/openspp/explain?path=/first/7"));
        await Assertions.Expect(page.Locator(".outcome")).ToHaveTextAsync("Answered");

        await page.GotoAsync(AddressOf("registries/openspp/plan"));
        await Assertions.Expect(page.Locator(".note")).ToContainTextAsync("wait for the end of the pin: 1");
        await Assertions.Expect(page.Locator(".facts")).Not.ToContainTextAsync("writers at work");

        await page.GotoAsync(AddressOf("registries/openspp/pin"));
        await Assertions.Expect(page.Locator(".diff")).ToContainTextAsync("/bad/");
        await page.FillAsync("#confirm", "openspp");
        await page.GetByRole(AriaRole.Button, new() { Name = "Unpin and publish" }).ClickAsync();
        await Assertions.Expect(page.Locator("main .state").First).ToHaveTextAsync("Synced");
        await page.GotoAsync(AddressOf("registries/openspp/pin"));
        await Assertions.Expect(page.Locator(".empty")).ToContainTextAsync("not pinned");
    }

    [Fact]
    public async Task A_plan_shows_what_a_reload_would_do_and_does_not_do_it()
    {
        await console.Database.AddEndpointAsync("planned", "/planned");
        await using var browser = await console.SignedInAsync(AccessRole.Viewer);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf("registries/openspp/plan"));

        await Assertions.Expect(page.Locator(".diff")).ToContainTextAsync("/planned/");
        Assert.Equal(0, await page.Locator("main form").CountAsync());
        Assert.Equal(0L, await console.Database.ScalarAsync<long>(
            "select count(*) from endpoint_route where route like '/planned%'"));
    }

    [Fact]
    public async Task An_open_page_follows_a_new_version_and_keeps_the_focus()
    {
        await using var browser = await console.SignedInAsync(AccessRole.Viewer);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf(""));
        await page.EvaluateAsync("window.same = true");
        await page.Locator("tbody th a").FocusAsync();
        var cell = page.Locator("td[data-label=Version]");
        var before = await cell.TextContentAsync();

        await console.Database.AddEndpointAsync("later", $"/{Guid.NewGuid():N}");
        await ReloadAsync();

        await Assertions.Expect(cell).Not.ToHaveTextAsync(before!);
        Assert.True(await page.EvaluateAsync<bool>("window.same === true"));
        Assert.Equal("openspp", await page.EvaluateAsync<string>("document.activeElement.textContent"));
    }

    [Fact]
    public async Task The_keyboard_reaches_everything_and_is_trapped_nowhere()
    {
        await using var browser = await console.SignedInAsync(AccessRole.Operator);
        var page = browser.Pages[0];
        await page.GotoAsync(AddressOf("registries/openspp"));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("document.activeElement.textContent"));
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("document.activeElement.id"));

        const string focusable = "a[href], button, input:not([type=hidden]), select, textarea, summary";
        var inside = await page.Locator(focusable).CountAsync();
        await page.Locator(".skip").FocusAsync();
        var seen = new HashSet<string>();
        for (var pressed = 0; pressed < inside; pressed++)
        {
            seen.Add(await page.EvaluateAsync<string>(
                $"`${{[...document.querySelectorAll('{focusable}')].indexOf(document.activeElement)}}`"));
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Equal(inside, seen.Count);
        Assert.DoesNotContain("-1", seen);
    }

    [Fact]
    public async Task Without_its_database_a_registry_still_shows_what_silos_and_workers_serve()
    {
        await using var browser = await console.SignedInAsync(AccessRole.Viewer);
        var page = browser.Pages[0];
        await console.Database.ExecuteAsync("alter table endpoint_sync.state rename to away");
        try
        {
            await page.GotoAsync(AddressOf(""));
            await Assertions.Expect(page.Locator("tbody .state")).ToHaveTextAsync("Database away");
            await page.GotoAsync(AddressOf("registries/openspp/subscribers"));
            await Assertions.Expect(page.Locator("tbody th")).ToHaveTextAsync("silo-1");
            await page.GotoAsync(AddressOf("registries/openspp/writers"));
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync("work without a database");
        }
        finally
        {
            await console.Database.ExecuteAsync("alter table endpoint_sync.away rename to state");
        }
    }

    private Task<HttpStatusCode> ReloadAsync() =>
        console.Silo.StatusAsync(ProtectedSilo.AdminKey, "POST", "registries/openspp/reload");

    private string AddressOf(string path) =>
        $"{console.Address}{path.Replace("{id}", $"{_endpoint}", StringComparison.Ordinal)}";

    private static string Describe(AxeResult result) => string.Join("; ", result.Violations.Select(violation =>
        $"{violation.Id}: {violation.Help}: "
        + string.Join(", ", violation.Nodes.Take(3).Select(node => JsonSerializer.Serialize(node.Html)))));
}
