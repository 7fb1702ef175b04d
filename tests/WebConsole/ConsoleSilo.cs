using System.Net;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;
using Microsoft.Playwright;

namespace EndpointSync.Tests.WebConsole;

/// <summary>A real silo with keys, and Debian's Chromium that looks at its console.</summary>
public sealed class ConsoleSilo : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    private IPlaywright? _playwright;

    internal TestDatabase Database { get; private set; } = null!;

    internal ProtectedSilo Silo { get; private set; } = null!;

    internal IBrowser? Browser { get; private set; }

    internal Uri Address => Silo.Address;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        Silo = await ProtectedSilo.StartAsync(Database);
        if (Programs.FirstOrDefault(File.Exists) is { } program)
        {
            _playwright = await Playwright.CreateAsync();
            Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                // In containers neither its sandbox nor much shared memory is to be had.
                Args = ["--no-sandbox", "--disable-dev-shm-usage"],
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await Silo.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>A browser of its own; the test is skipped where there is none.</summary>
    internal async Task<IBrowserContext> OpenAsync(BrowserNewContextOptions? options = null)
    {
        Assert.SkipWhen(Browser is null, "chromium is not installed: apt-get install chromium");
        var context = await Browser!.NewContextAsync(options);
        context.SetDefaultTimeout((float)Deadline.MaxWait.TotalMilliseconds);
        return context;
    }

    /// <summary>A browser that is signed in with a new key.</summary>
    internal async Task<IBrowserContext> SignedInAsync(
        AccessRole role, BrowserNewContextOptions? options = null, params string[] registries)
    {
        var context = await OpenAsync(options);
        var (_, key) = await Silo.CreateKeyAsync(role, registries);
        await SignInAsync(await context.NewPageAsync(), key);
        return context;
    }

    internal async Task SignInAsync(IPage page, string key)
    {
        await page.GotoAsync($"{Address}sign-in");
        await page.FillAsync("#key", key);
        await page.ClickAsync("main button");
    }

    /// <summary>A client without a browser, which follows no redirect and keeps cookies.</summary>
    internal ConsoleClient Client() => new(Address);

    /// <summary>A client that is signed in.</summary>
    internal async Task<ConsoleClient> ClientAsync(AccessRole role, params string[] registries)
    {
        var client = Client();
        var (_, key) = await Silo.CreateKeyAsync(role, registries);
        Assert.Equal(HttpStatusCode.SeeOther, await client.SignInAsync(key));
        return client;
    }
}
