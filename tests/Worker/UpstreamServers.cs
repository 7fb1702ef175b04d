using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Tests.Worker;

/// <summary>
/// Servers behind a worker, numbered from 0. Each answers with its number and the target that it got.
/// </summary>
internal sealed class UpstreamServers : IAsyncDisposable, IEnumerable<UpstreamServer>
{
    private readonly List<UpstreamServer> _servers = [];

    public UpstreamServer this[int number] => _servers[number];

    public static async Task<UpstreamServers> StartAsync(int count)
    {
        var servers = new UpstreamServers();
        for (var number = 0; number < count; number++)
        {
            servers._servers.Add(await UpstreamServer.StartAsync(number));
        }

        return servers;
    }

    public IEnumerator<UpstreamServer> GetEnumerator() => _servers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync();
        }
    }
}

/// <summary>One of them, at an address that stays the same when it stops and starts again.</summary>
internal sealed class UpstreamServer
{
    private readonly int _number;
    private WebApplication? _application;
    private volatile bool _isHealthy = true;
    private int _requests;

    private UpstreamServer(int number) => _number = number;

    public string Url { get; private set; } = "http://127.0.0.1:0";

    /// <summary>Whether it answers its health checks with 200.</summary>
    public bool IsHealthy
    {
        set => _isHealthy = value;
    }

    /// <summary>How many requests it got, health checks left out.</summary>
    public int Requests => _requests;

    /// <summary>The headers of the last one.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    public static async Task<UpstreamServer> StartAsync(int number)
    {
        var server = new UpstreamServer(number);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls(Url);
        _application = builder.Build();
        _application.Run(AnswerAsync);
        await _application.StartAsync();
        Url = _application.Urls.First();
    }

    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.DisposeAsync();
        }
    }

    private Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Path == "/health")
        {
            http.Response.StatusCode = _isHealthy ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        }

        Interlocked.Increment(ref _requests);
        Headers = http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        http.Response.Headers["X-Route-Version"] = "99";
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return http.Response.WriteAsync($"{_number} {http.Request.Method} {target}");
    }
}
