using System.Globalization;
using System.Net;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Publishing;

/// <summary>Requests to one worker, one after the other over kept connections, until the load is stopped.</summary>
internal sealed class Load(WorkerProcess worker, Answers answers, Func<Random, string> path) : IAsyncDisposable
{
    private const int Clients = 2;

    private readonly HttpClient _http = new() { BaseAddress = worker.Address };
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public WorkerProcess Worker { get; } = worker;

    public Load Start(int seed)
    {
        _running = Task.WhenAll(
            Enumerable.Range(0, Clients).Select(
                client => Task.Run(() => RequestForeverAsync(new Random(seed + client)))));
        return this;
    }

    /// <summary>Requests a path once, answered by no older version than the given one.</summary>
    public async Task<HttpStatusCode> AskAsync(string asked, long atLeast)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, asked);
        if (atLeast > 0)
        {
            request.Headers.Add("X-Min-Route-Version", atLeast.ToString(CultureInfo.InvariantCulture));
        }

        using var response = await _http.SendAsync(request, CancellationToken.None);
        var version = response.Headers.TryGetValues("X-Route-Version", out var values)
            ? long.Parse(values.Single(), CultureInfo.InvariantCulture)
            : (long?)null;
        answers.Add(new Answer(Worker.Name, asked, atLeast, response.StatusCode, version));
        return response.StatusCode;
    }

    /// <summary>Begins no further request, and waits until those under way are answered.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _http.Dispose();
    }

    private async Task RequestForeverAsync(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            await AskAsync(path(random), atLeast: 0);
        }
    }
}
