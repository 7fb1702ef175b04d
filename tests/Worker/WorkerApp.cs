using EndpointSync.Worker.Yarp;
using EndpointSync.Worker;
using EndpointSync.Worker.Serving;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Worker;

/// <summary>A worker as its users build one, on a real server in this process, with short forms for tests.</summary>
internal sealed class WorkerApp : IAsyncDisposable
{
    /// <summary>The setting that answers targets which the server reads as another path.</summary>
    public static readonly Dictionary<string, string?> AnyPath =
        new() { ["EndpointSync:Worker:AllowAmbiguousPaths"] = "true" };

    public const string Registry = "openspp";

    // No process listens there, as in a cluster that is down.
    private static readonly string[] NoCluster = ["http://127.0.0.1:1"];

    private readonly ScriptedSilo? _silo;

    private WorkerApp(WebApplication application, ScriptedSilo? silo, LogCapture log)
    {
        (Application, _silo, Log) = (application, silo, log);
        Http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false })
        { BaseAddress = new Uri(application.Urls.First()) };
    }

    public WebApplication Application { get; }

    public ScriptedSilo Silo => _silo ?? throw new InvalidOperationException("Its silos are real ones.");

    public LogCapture Log { get; }

    public HttpClient Http { get; }

    public CurrentRoutes Current => Worker().Current;

    /// <summary>The parts of the worker of a registry.</summary>
    public RegistryWorker Worker(string registry = Registry) =>
        Application.Services.GetRequiredKeyedService<RegistryWorker>(registry);

    /// <summary>Starts a worker.</summary>
    /// <param name="map">Its handlers.</param>
    /// <param name="build">What else its builder does.</param>
    /// <param name="use">What else the application does.</param>
    /// <param name="settings">Its configuration.</param>
    /// <param name="silo">The silo that it connects to; null for one that publishes nothing.</param>
    /// <param name="where">Where its routes are mapped; null for the application itself.</param>
    /// <param name="all">The conventions for the routes of all apps.</param>
    public static async Task<WorkerApp> StartAsync(
        Action<SyncedEndpointsBuilder> map, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? use = null,
        Dictionary<string, string?>? settings = null, ScriptedSilo? silo = null,
        Func<WebApplication, IEndpointRouteBuilder>? where = null,
        Action<IEndpointConventionBuilder>? all = null)
    {
        silo ??= new ScriptedSilo();
        var log = new LogCapture();
        var application = Build(log, settings, build, silo.Urls);
        use?.Invoke(application);
        var mapped = (where?.Invoke(application) ?? application).MapSyncedEndpoints(map);
        all?.Invoke(mapped);
        await application.StartAsync();
        return new WorkerApp(application, silo, log);
    }

    /// <summary>Starts a worker and publishes version 1.</summary>
    public static async Task<WorkerApp> ServingAsync(
        PublishedRoute[] routes, Action<SyncedEndpointsBuilder> map, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? use = null,
        Dictionary<string, string?>? settings = null, Func<WebApplication, IEndpointRouteBuilder>? where = null,
        Action<IEndpointConventionBuilder>? all = null)
    {
        var worker = await StartAsync(map, build, use, settings, where: where, all: all);
        worker.Silo.Publish(1, routes);
        await worker.Silo.ServesAsync(1);
        worker.Silo.ForgetNewestCalls();
        return worker;
    }

    /// <summary>Starts a worker of a real cluster, or of one that does not run yet.</summary>
    public static async Task<WorkerApp> OnClusterAsync(
        Dictionary<string, string?> settings, Action<SyncedEndpointsBuilder> map)
    {
        var log = new LogCapture();
        var application = Build(log, settings);
        application.MapSyncedEndpoints(map);
        await application.StartAsync();
        return new WorkerApp(application, silo: null, log);
    }

    public static WebApplication Build(
        LogCapture log, Dictionary<string, string?>? settings = null, Action<WebApplicationBuilder>? build = null,
        IEnumerable<string>? silos = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Configuration.AddInMemoryCollection(
            (silos ?? NoCluster).Select((url, index) =>
                KeyValuePair.Create($"EndpointSync:Worker:Silos:{index}", (string?)url)));
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(log);
        builder.AddEndpointSync(Registry);
        builder.AddEndpointSyncForwarding();
        build?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Waits until the worker serves a version or one past it.</summary>
    public async Task ServesAsync(long version)
    {
        var routes = await Current.AtLeastAsync(new RouteVersion(version), Deadline.MaxWait, CancellationToken.None);
        Assert.True(routes is not null, $"Waited {Deadline.MaxWait} in vain for version {version}.");
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri(
                Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TextAsync(string path) => await (await GetAsync(path)).Content.ReadAsStringAsync();

    public async Task<HealthReportEntry> HealthAsync() =>
        (await Application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync())
            .Entries["endpoint-sync"];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
        Log.Dispose();
        _silo?.Dispose();
    }
}

/// <summary>Short forms for answers.</summary>
internal static class Answers
{
    public static string? Version(this HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Route-Version", out var values) ? string.Join(",", values) : null;
}
