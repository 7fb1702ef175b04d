using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Access;

public sealed class RateLimitTests : IAsyncLifetime
{
    private const string AdminKey = "the administrators' key of the test";
    private const string WorkerKey = "the workers' key of the test";
    private const string List = "api/v1/registries";
    private const string Live = "health/live";

    private TestDatabase _database = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Who_has_no_valid_credential_is_limited_by_address_and_holds_up_nobody_with_one()
    {
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = HashOf(AdminKey),
            ["EndpointSync:Http:Limits:AnonymousPerSecond"] = "1",
            ["EndpointSync:Http:Limits:AnonymousBurst"] = "5",
        });

        var guesses = await Task.WhenAll(Enumerable.Range(0, 40).Select(
            guess => StatusAsync(silo, guess % 2 == 0 ? null : $"guess {guess}", List)));

        Assert.InRange(guesses.Count(status => status == HttpStatusCode.Unauthorized), 5, 20);
        Assert.All(
            guesses, status => Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests));
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => StatusAsync(silo, AdminKey, List))),
            status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(silo, null, Live));
        // The bucket fills again.
        await Deadline.UntilAsync(
            async () => await StatusAsync(silo, null, List) == HttpStatusCode.Unauthorized, "a guess that is checked");
    }

    [Fact]
    public async Task Each_principal_has_its_own_limit_and_is_told_when_to_try_again()
    {
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = HashOf(AdminKey),
            ["EndpointSync:Http:WorkerKeyHash"] = HashOf(WorkerKey),
            ["EndpointSync:Http:Limits:RequestsPerSecond"] = "1",
            ["EndpointSync:Http:Limits:Burst"] = "5",
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SendAsync(silo, AdminKey, List)));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 5, 20);
        var refused = Assert.IsType<HttpResponseMessage>(
            answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("Too many requests", problem.GetProperty("title").GetString());
        Assert.Equal(
            HttpStatusCode.OK, await StatusAsync(silo, WorkerKey, $"{List}/openspp/feed/newest"));
    }

    [Fact]
    public async Task A_fleet_of_5000_workers_with_one_key_may_ask_at_once()
    {
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = HashOf(AdminKey),
            ["EndpointSync:Http:WorkerKeyHash"] = HashOf(WorkerKey),
        });
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 })
        {
            BaseAddress = silo.Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", WorkerKey) },
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(async worker =>
        {
            using var answer = await http.GetAsync(
                new Uri($"{List}/openspp/feed?worker={Guid.NewGuid()}&name=w{worker}&timeout=0ms", UriKind.Relative),
                Cancelled);
            return answer.StatusCode;
        }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Without_a_key_there_is_no_limit()
    {
        await using var silo = await StartAsync(new()
        {
            ["EndpointSync:Http:Limits:RequestsPerSecond"] = "1",
            ["EndpointSync:Http:Limits:Burst"] = "1",
            ["EndpointSync:Http:Limits:AnonymousPerSecond"] = "1",
            ["EndpointSync:Http:Limits:AnonymousBurst"] = "1",
        });

        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => StatusAsync(silo, null, List))),
            status => Assert.Equal(HttpStatusCode.OK, status));
    }

    private static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private Task<SiloProcess> StartAsync(Dictionary<string, string> settings)
    {
        var options = Fleet.Options(_database);
        return SiloProcess.StartAsync(
            options with { Configuration = options.Configuration.Concat(settings).ToDictionary() }, Cancelled);
    }

    private static async Task<HttpStatusCode> StatusAsync(SiloProcess silo, string? credential, string path)
    {
        using var answer = await SendAsync(silo, credential, path);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(SiloProcess silo, string? credential, string path)
    {
        using var http = new HttpClient { BaseAddress = silo.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = credential is null ? null : new AuthenticationHeaderValue("Bearer", credential);
        return await http.SendAsync(request, Cancelled);
    }
}
