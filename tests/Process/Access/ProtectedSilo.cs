using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Access;

/// <summary>A real silo whose callers need a credential, and the requests of those who have one.</summary>
internal sealed class ProtectedSilo : IAsyncDisposable
{
    public const string AdminKey = "the administrators' key of the test";
    public const string WorkerKey = "the workers' key of the test";

    private readonly HttpClient _http;

    private ProtectedSilo(SiloProcess process) =>
        (Process, _http) = (process, new HttpClient { BaseAddress = process.Address });

    /// <summary>The settings of a silo that accepts both keys.</summary>
    public static Dictionary<string, string> Keys => new()
    {
        ["EndpointSync:Http:AdminKeyHash"] = HashOf(AdminKey),
        ["EndpointSync:Http:WorkerKeyHash"] = HashOf(WorkerKey),
    };

    /// <summary>The environment of a command line with the administrators' key.</summary>
    public static Dictionary<string, string> AdminEnvironment => new() { ["ENDPOINTSYNC_KEY"] = AdminKey };

    public SiloProcess Process { get; }

    public Uri Address => Process.Address;

    public string Output => Process.Output;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts a silo with both keys, and with further settings.</summary>
    public static Task<ProtectedSilo> StartAsync(
        TestDatabase database, Dictionary<string, string>? settings = null, string name = "silo-1") =>
        StartAsync(Options(database, settings) with { Name = name });

    public static async Task<ProtectedSilo> StartAsync(SiloProcessOptions options) =>
        new(await SiloProcess.StartAsync(options, Cancelled));

    /// <summary>Both keys and further settings; an empty value takes a setting away.</summary>
    public static SiloProcessOptions Options(TestDatabase database, Dictionary<string, string>? settings = null)
    {
        var options = Fleet.Options(database);
        var configuration = new Dictionary<string, string>(options.Configuration);
        foreach (var (key, value) in Keys.Concat(settings ?? []))
        {
            configuration[key] = value;
        }

        return options with { Configuration = configuration };
    }

    public static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <param name="credential">A key or a token; null for none.</param>
    /// <param name="method">The method.</param>
    /// <param name="path">A path below <c>api/v1</c>, or one of the server if it begins with a slash.</param>
    /// <param name="body">JSON; null for none.</param>
    public Task<HttpResponseMessage> SendAsync(string? credential, string method, string path, string? body = null) =>
        SendAsync(_http, credential, method, path, body);

    /// <summary>The same by another client, such as one with a certificate.</summary>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient http, string? credential, string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(path[0] == '/' ? path[1..] : $"api/v1/{path}", UriKind.Relative));
        // Not only schemes and keys that a header's parser takes.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            credential is null || credential.StartsWith("Basic ", StringComparison.Ordinal)
                ? credential : $"Bearer {credential}".TrimEnd());
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await http.SendAsync(request, Cancelled);
    }

    public async Task<HttpStatusCode> StatusAsync(string? credential, string method, string path, string? body = null)
    {
        using var answer = await SendAsync(credential, method, path, body);
        return answer.StatusCode;
    }

    public Task<HttpStatusCode> StatusAsync(string? credential, string path) => StatusAsync(credential, "GET", path);

    public async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(
        string? credential, string method, string path, string? body = null)
    {
        using var answer = await SendAsync(credential, method, path, body);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    /// <summary>Waits until the silo has printed a text.</summary>
    public Task PrintsAsync(string text) => Process.WaitForOutputAsync(text, Cancelled).Within($"the output '{text}'");

    /// <summary>Creates a key by the administrators' key.</summary>
    /// <returns>Its id, and the key.</returns>
    public async Task<(string Id, string Secret)> CreateKeyAsync(AccessRole role, params string[] registries)
    {
        var (status, created) = await AskAsync(AdminKey, "POST", "keys", JsonSerializer.Serialize(new
        {
            name = "test",
            role = $"{role}",
            registries = registries.Length == 0 ? null : registries,
        }));
        Assert.Equal(HttpStatusCode.Created, status);
        return (created.GetProperty("details").GetProperty("id").GetString()!,
            created.GetProperty("key").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
