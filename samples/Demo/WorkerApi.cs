using System.Globalization;
using System.Net;
using static EndpointSync.Demo.Claims;

namespace EndpointSync.Demo;

/// <summary>The HTTP interface of a worker.</summary>
internal sealed class WorkerApi(string name, Uri address) : IDisposable
{
    private const string VersionHeader = "X-Route-Version";

    private readonly HttpClient _http = new() { BaseAddress = address };

    public string Name => name;

    public Uri Address => address;

    /// <summary>The status of a path's answer, and the route version that decided it; 0 if there is none.</summary>
    public Task<(HttpStatusCode Status, long Version)> GetAsync(string path, CancellationToken cancellationToken) =>
        GetAsync(_http, path, cancellationToken);

    /// <summary>Requests a path and checks the answer.</summary>
    public async Task ExpectAsync(
        string path, HttpStatusCode status, RouteVersion version, CancellationToken cancellationToken)
    {
        var answer = await GetAsync(path, cancellationToken);
        Check(
            answer == (status, version.Value),
            $"{name} answers {path} with {(int)status} by version {version}: "
            + $"it was {(int)answer.Status} by version {answer.Version}");
    }

    public static async Task<(HttpStatusCode Status, long Version)> GetAsync(
        HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var version = response.Headers.TryGetValues(VersionHeader, out var values) ? values.Single() : "0";
        return (response.StatusCode, long.Parse(version, CultureInfo.InvariantCulture));
    }

    public void Dispose() => _http.Dispose();
}
