using Microsoft.Playwright;

namespace EndpointSync.Bench.Watching;

/// <summary>Browsers, each with a profile of its own, in one process of Chromium.</summary>
internal sealed class Browsers : IAsyncDisposable
{
    // What Chromium tells of the first text or picture of a page, in milliseconds since it was asked for.
    private const string FirstPaint =
        """
        () => new Promise(resolve => new PerformanceObserver(list => list.getEntries()
            .filter(entry => entry.name === 'first-contentful-paint').forEach(entry => resolve(entry.startTime)))
          .observe({ type: 'paint', buffered: true }))
        """;

    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<IBrowserContext> _open = [];

    private Browsers(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Starts Chromium; null where it is not installed.</summary>
    public static async Task<Browsers?> StartAsync()
    {
        if (Programs.FirstOrDefault(File.Exists) is not { } program)
        {
            return null;
        }

        var playwright = await Playwright.CreateAsync();
        return new Browsers(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        }));
    }

    /// <summary>Opens a page in one more browser, which stays open.</summary>
    public async Task OpenAsync(Uri page)
    {
        var context = await _browser.NewContextAsync();
        _open.Add(context);
        await ShowAsync(await context.NewPageAsync(), page);
    }

    /// <summary>Closes all browsers.</summary>
    public async Task CloseAsync()
    {
        foreach (var context in _open)
        {
            await context.DisposeAsync();
        }

        _open.Clear();
    }

    /// <summary>From a page's request to the first text or picture of it, in a browser that keeps nothing.</summary>
    public async Task<TimeSpan> FirstPaintAsync(Uri address)
    {
        await using var context = await _browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await ShowAsync(page, address);
        return TimeSpan.FromMilliseconds(await page.EvaluateAsync<double>(FirstPaint));
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    // A page of an error, or that of the sign-in, would be a quick one.
    private static async Task ShowAsync(IPage page, Uri address)
    {
        var answer = await page.GotoAsync(address.ToString());
        if (answer is not { Ok: true } || new Uri(page.Url) != address)
        {
            throw new InvalidOperationException($"{address} was answered {answer?.Status} and led to {page.Url}.");
        }
    }
}
