using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace EndpointSync.Client.Gateways;

/// <summary>
/// The gateways that a silo names over HTTP. One silo is asked until it fails, then the next. Each answer names the
/// other silos, so one URL is enough once the client has started.
/// </summary>
internal sealed class SiloGateways(IOptions<EndpointSyncClientOptions> options, TimeProvider clock)
    : IGatewayListProvider, IDisposable
{
    private const string Section = EndpointSyncClientOptions.Section;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly EndpointSyncClientOptions _options = options.Value;
    private readonly SiloList _silos = new(options.Value.Silos);
    private readonly SiloKey _key = new(options.Value.Key, options.Value.KeyFile);
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        // Silos are as near as their gateways, which no proxy leads to.
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 1024 * 1024,
    };

    public TimeSpan MaxStaleness { get; } = TimeSpan.FromSeconds(5);

    [Obsolete("Orleans no longer asks, but its interface still has it.")]
    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    /// <summary>Asks the silos in turn. Orleans makes one call at a time.</summary>
    /// <exception cref="GatewaysUnknownException">No silo names a gateway.</exception>
    public async Task<IList<Uri>> GetGateways()
    {
        List<GatewaysUnknownException> failures = [];
        foreach (var silo in _silos.FromCurrent())
        {
            try
            {
                var gateways = await AskAsync(silo);
                _silos.MoveTo(silo);
                return gateways;
            }
            catch (GatewaysUnknownException failure)
            {
                failures.Add(failure);
            }
        }

        throw new GatewaysUnknownException(
            string.Join(" ", failures.Select(failure => failure.Message)),
            failures.Exists(failure => failure.MayHeal));
    }

    public void Dispose() => _http.Dispose();

    private async Task<IList<Uri>> AskAsync(Uri silo)
    {
        using var deadline = new CancellationTokenSource(Timeout, clock);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(silo, "api/v1/gateways"));
            request.Headers.Authorization =
                _key.Current() is { } shown ? new AuthenticationHeaderValue("Bearer", shown) : null;
            using var response = await _http.SendAsync(request, deadline.Token);
            return Read(silo, response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync(GatewayJson.Default.GatewayList, deadline.Token))!
                : throw Refused(silo, response.StatusCode));
        }
        catch (OperationCanceledException)
        {
            throw new GatewaysUnknownException($"{silo} did not answer within {Timeout}.", mayHeal: true);
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new GatewaysUnknownException($"{silo} cannot be asked: {failure.Message}", mayHeal: true);
        }
    }

    private List<Uri> Read(Uri silo, GatewayList list)
    {
        if ((list.ClusterId, list.ServiceId) != (_options.ClusterId, _options.ServiceId))
        {
            throw new GatewaysUnknownException(
                $"{silo} is a silo of cluster '{list.ClusterId}', service '{list.ServiceId}', and this client is set "
                + $"to '{_options.ClusterId}', '{_options.ServiceId}': set {Section}:ClusterId and ServiceId to the "
                + "silo's values.",
                mayHeal: false);
        }

        List<Uri> gateways =
        [
            .. list.Gateways.Select(text => IPEndPoint.TryParse(text, out var gateway) ? gateway : null)
                .OfType<IPEndPoint>().Select(FixedGateways.UriOf),
        ];
        if (gateways.Count == 0)
        {
            throw new GatewaysUnknownException($"{silo} knows no gateway yet.", mayHeal: true);
        }

        _silos.Learn(list.Silos, silo);
        return gateways;
    }

    private static GatewaysUnknownException Refused(Uri silo, HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new GatewaysUnknownException(
            $"{silo} answers {(int)status}. Give the client a key with the role viewer or operator: "
            + $"{Section}:KeyFile or {Section}:Key.",
            mayHeal: false),
        HttpStatusCode.NotFound => new GatewaysUnknownException(
            $"{silo} answers 404: it is no silo, or one of a version that does not name gateways.", mayHeal: true),
        _ => new GatewaysUnknownException($"{silo} answers {(int)status}.", mayHeal: true),
    };
}
