using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// Sends a worker's questions to a silo over HTTP. A killed silo closes its connections; a frozen one keeps them open
/// and never answers, so each question has a deadline.
/// </summary>
internal sealed partial class SiloClient(
    WorkerIdentity worker, WorkerOptions options, SiloKey key, SiloConnections connections, TimeProvider clock,
    ILogger<SiloClient> logger)
{
    // How long the next part of a long answer may take.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(6);

    private int _hasWarned;

    /// <exception cref="SiloException">The silo gives no answer, or none with routes.</exception>
    /// <exception cref="InvalidDataException">The answer is malformed.</exception>
    public Task<News> NextAsync(
        Uri silo, WorkerReport report, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(
            silo, FeedProtocol.NextPath(worker.Registry, report, timeout), timeout + options.SiloTimeout, ReadAsync,
            cancellationToken);

    /// <exception cref="SiloException">The silo gives no answer, or has no routes.</exception>
    public Task<RouteVersion> NewestAsync(Uri silo, TimeSpan timeout, CancellationToken cancellationToken) =>
        AskAsync(
            silo, FeedProtocol.NewestPath(worker.Registry, worker.Ring), timeout,
            async (response, deadline, token) => new RouteVersion(
                (await response.Content.ReadFromJsonAsync(FeedJson.Default.FeedNewest, token))!.Version),
            cancellationToken);

    /// <exception cref="SiloException">The silo gives no answer.</exception>
    public Task LeaveAsync(Uri silo, TimeSpan timeout) => AskAsync(
        silo, FeedProtocol.LeavePath(worker.Registry, worker.Id), timeout, (_, _, _) => Task.FromResult(true),
        CancellationToken.None);

    private async Task<T> AskAsync<T>(
        Uri silo, string path, TimeSpan timeout,
        Func<HttpResponseMessage, CancellationTokenSource, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, clock);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(silo, path));
            ShowKey(request, silo);
            using var response = await connections.Current().SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, ended.Token);
            return response.IsSuccessStatusCode
                ? await read(response, deadline, ended.Token)
                : throw await RefusedAsync(silo, response, ended.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SiloException(SiloFailure.Unavailable, $"{silo} did not answer within {timeout}");
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new SiloException(
                SiloFailure.Unavailable, $"{silo} cannot be asked: {ConnectionFailure.Text(failure)}", failure);
        }
    }

    private void ShowKey(HttpRequestMessage request, Uri silo)
    {
        if (key.Current() is not { } shown)
        {
            return;
        }

        if (silo.Scheme == Uri.UriSchemeHttp && !silo.IsLoopback && Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            LogKeyInTheClear(worker.Name, worker.Registry, silo);
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
    }

    private static async Task<News> ReadAsync(
        HttpResponseMessage response, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        // A whole table may take long; as long as it keeps coming, it is waited for.
        deadline.CancelAfter(LongestSilence);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var lines = new FeedReading(body, () => deadline.CancelAfter(LongestSilence));
        var head = await lines.HeadAsync(cancellationToken);
        var changes = await lines.ChangesAsync(head.Count, cancellationToken);
        return News.Of(head, changes);
    }

    private async Task<SiloException> RefusedAsync(
        Uri silo, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var detail = await DetailAsync(response, cancellationToken);
        var status = (int)response.StatusCode;
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new SiloException(
                SiloFailure.Refused,
                $"{silo} answers {status}{detail}. Give the worker a key that may read the feed of registry "
                + $"'{worker.Registry}' ({WorkerOptions.Section}:KeyFile or {WorkerOptions.Section}:Key), or a "
                + $"certificate ({WorkerOptions.Section}:Tls)"),
            HttpStatusCode.NotFound => new SiloException(SiloFailure.Unknown, $"{silo} answers 404{detail}"),
            _ => new SiloException(SiloFailure.Unavailable, $"{silo} answers {status}{detail}"),
        };
    }

    private static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return "";
        }

        using var problem = await JsonDocument.ParseAsync(
            await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return problem.RootElement.TryGetProperty("detail", out var detail)
            ? $": {detail.ToString().TrimEnd('.')}"
            : "";
    }

    [LoggerMessage(
        3115, LogLevel.Warning,
        "Worker {Name} of {Registry} sends its key unencrypted to {Silo}: whoever is on the way can read it. Give "
        + "silos URLs with https")]
    private partial void LogKeyInTheClear(string name, string registry, Uri silo);
}
