using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync.Demo;

/// <summary>The HTTP API of one silo, for one registry.</summary>
internal sealed class RegistryApi(Uri silo, string registry) : IDisposable
{
    private const string WaitTimeout = "30s";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    public Uri Silo => silo;

    private readonly HttpClient _http = new() { BaseAddress = new Uri(silo, $"api/v1/registries/{registry}/") };

    public async Task<ReloadReceipt> ReloadAsync(CancellationToken cancellationToken, WaitFor waitFor = WaitFor.Nobody)
    {
        // The API has no word for nobody: who does not wait leaves both parameters out.
        var path = waitFor == WaitFor.Nobody ? "reload" : $"reload?wait={waitFor}&timeout={WaitTimeout}";
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content: null, cancellationToken);
        return await ReadAsync<ReloadReceipt>(response, cancellationToken);
    }

    public async Task<RouteList> RoutesAsync(CancellationToken cancellationToken) =>
        await GetAsync<RouteList>("routes", cancellationToken);

    public async Task<IReadOnlyList<EndpointView>> EndpointsAsync(CancellationToken cancellationToken) =>
        (await GetAsync<EndpointList>("endpoints", cancellationToken)).Endpoints;

    public async Task AddAsync(EndpointEdit endpoint, CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsJsonAsync("endpoints", endpoint, Json, cancellationToken);
        await ReadAsync<EndpointView>(response, cancellationToken);
    }

    public async Task ChangeAsync(int id, EndpointEdit edit, CancellationToken cancellationToken)
    {
        using var response = await _http.PatchAsJsonAsync($"endpoints/{id}", edit, Json, cancellationToken);
        await ReadAsync<EndpointView>(response, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync<T>(response, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return (await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken))!;
        }

        throw new InvalidOperationException(
            $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} answered "
            + $"{(int)response.StatusCode}: "
            + await response.Content.ReadAsStringAsync(cancellationToken));
    }
}
