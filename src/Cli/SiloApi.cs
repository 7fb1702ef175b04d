using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync.Cli;

/// <summary>A silo's HTTP API.</summary>
internal sealed class SiloApi(Uri server, string? key) : IDisposable
{
    // A caller may wait for the running sync and the next one.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(90);

    // The proxy of the environment cannot reach this machine's own addresses.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = !server.IsLoopback })
    {
        BaseAddress = new Uri(server.AbsoluteUri.TrimEnd('/') + '/'),
        Timeout = AnswerTimeout,
    };

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The path of a registry or of a resource below it.</summary>
    public static string Path(string registry, params string[] rest) =>
        string.Join('/', ["api/v1/registries", Uri.EscapeDataString(registry), .. rest]);

    /// <summary>The query of a path, with the parameters that have a value.</summary>
    public static string Query(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? $"?{query}" : "";
    }

    /// <exception cref="UnreachableException">No server answers at the address in time.</exception>
    public async Task<ApiAnswer> SendAsync(
        HttpMethod method, string path, CancellationToken cancellationToken, object? body = null,
        string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json),
        };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch is "*" ? ifMatch : $"\"{ifMatch.Trim('"')}\"");
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return new ApiAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException refused)
        {
            throw new UnreachableException(
                $"No silo can be reached at {server.AbsoluteUri}: {ConnectionFailure.Text(refused)}", refused);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnreachableException(
                $"The silo at {server.AbsoluteUri} did not answer within {AnswerTimeout.TotalSeconds:0} seconds. "
                + "A retry is safe.",
                late);
        }
    }

    public void Dispose() => _http.Dispose();
}
