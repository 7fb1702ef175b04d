using System.Net;
using System.Text.Json;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Events;

/// <summary>One event as a client receives it.</summary>
/// <param name="Id">Its id; null for a state.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Data">Its data.</param>
internal sealed record ReceivedEvent(string? Id, string Kind, JsonElement Data)
{
    public long Version => Data.GetProperty("version").GetInt64();
}

/// <summary>Reads a stream of server-sent events line by line, comments included.</summary>
internal sealed class EventStreamClient : IAsyncDisposable
{
    public const string Path = "api/v1/registries/openspp/events";

    // One connection for each stream, however many there are.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly StreamReader _reader;

    private EventStreamClient(HttpResponseMessage response, Stream stream) =>
        (Response, _reader) = (response, new StreamReader(stream));

    public HttpResponseMessage Response { get; }

    /// <summary>The id to come back with.</summary>
    public string? LastId { get; private set; }

    /// <summary>The comments so far.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>Opens a stream, and reads its first block, which has the id to begin with.</summary>
    public static async Task<EventStreamClient> OpenAsync(
        Uri silo, string? lastId = null, string? credential = ProtectedSilo.AdminKey)
    {
        var response = await SendAsync(silo, lastId, credential);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var client = new EventStreamClient(response, await response.Content.ReadAsStreamAsync());
        Assert.Null(await client.ReadBlockAsync().Within("the first block"));
        Assert.NotNull(client.LastId);
        return client;
    }

    /// <summary>The answer to a request for events; its body is not read.</summary>
    public static async Task<HttpResponseMessage> SendAsync(Uri silo, string? lastId, string? credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(silo, Path));
        if (credential is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
        }

        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within("the stream's headers");
    }

    /// <summary>The next event that fits; those before it are passed by.</summary>
    public async Task<ReceivedEvent> NextAsync(Func<ReceivedEvent, bool> fits, string what)
    {
        while (true)
        {
            if (await NextAsync().Within(what) is not { } next)
            {
                throw new InvalidOperationException(
                    $"The stream ended before {what}: {string.Join("; ", Comments)}");
            }

            if (fits(next))
            {
                return next;
            }
        }
    }

    /// <summary>The next event of a kind.</summary>
    public Task<ReceivedEvent> NextAsync(string kind) => NextAsync(next => next.Kind == kind, $"an event {kind}");

    /// <summary>The next event; null if the stream has ended.</summary>
    public async Task<ReceivedEvent?> NextAsync()
    {
        while (!_ended)
        {
            if (await ReadBlockAsync() is { } next)
            {
                return next;
            }
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        Response.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool _ended;

    // A block without data is no event. It may have a comment or an id.
    private async Task<ReceivedEvent?> ReadBlockAsync()
    {
        var fields = new Dictionary<string, string>();
        while (true)
        {
            var line = await _reader.ReadLineAsync();
            if (string.IsNullOrEmpty(line))
            {
                _ended = line is null;
                break;
            }

            if (line[0] == ':')
            {
                Comments.Add(line[1..].Trim());
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields.Add(line[..colon], line[(colon + 1)..].TrimStart());
        }

        LastId = fields.GetValueOrDefault("id", LastId!);
        return fields.TryGetValue("data", out var data)
            ? new ReceivedEvent(fields.GetValueOrDefault("id"), fields["event"], JsonElement.Parse(data))
            : null;
    }
}
