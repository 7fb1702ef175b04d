using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Access;

public sealed class RateLimitTests : IAsyncLifetime
{
    private const string AdminKey = ProtectedSilo.AdminKey;
    private const string WorkerKey = ProtectedSilo.WorkerKey;
    private const string List = "registries";
    private const string Live = "/health/live";

    private TestDatabase _database = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Who_has_no_valid_credential_is_limited_by_address_and_holds_up_nobody_with_one()
    {
        await using var silo = await ProtectedSilo.StartAsync(_database, new()
        {
            ["EndpointSync:Http:Limits:AnonymousPerSecond"] = "1",
            ["EndpointSync:Http:Limits:AnonymousBurst"] = "5",
        });

        var guesses = await Task.WhenAll(Enumerable.Range(0, 40).Select(
            guess => silo.StatusAsync(guess % 2 == 0 ? null : $"guess {guess}", List)));

        Assert.InRange(guesses.Count(status => status == HttpStatusCode.Unauthorized), 5, 20);
        Assert.All(
            guesses, status => Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests));
        Assert.Contains(HttpStatusCode.TooManyRequests, guesses);
        // One line for all of them.
        await silo.PrintsAsync("Answered 429 to 127.0.0.1 without a valid credential, who");
        Assert.Single(silo.Output.Split('\n'), line => line.Contains("Answered 429", StringComparison.Ordinal));
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => silo.StatusAsync(AdminKey, List))),
            status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync(null, Live));
        // The bucket fills again.
        await Deadline.UntilAsync(
            async () => await silo.StatusAsync(null, List) == HttpStatusCode.Unauthorized, "a guess that is checked");
    }

    [Fact]
    public async Task Each_principal_has_its_own_limit_and_is_told_when_to_try_again()
    {
        await using var silo = await ProtectedSilo.StartAsync(_database, new()
        {
            ["EndpointSync:Http:Limits:RequestsPerSecond"] = "1",
            ["EndpointSync:Http:Limits:Burst"] = "5",
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => silo.SendAsync(AdminKey, "GET", List)));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 5, 20);
        var refused = Assert.IsType<HttpResponseMessage>(
            answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("/problems/too-many-requests", problem.GetProperty("type").GetString());
        await silo.PrintsAsync("Answered 429 to settings:admin, who");
        Assert.Single(silo.Output.Split('\n'), line => line.Contains("Answered 429", StringComparison.Ordinal));
        Assert.Equal(
            HttpStatusCode.OK, await silo.StatusAsync(WorkerKey, $"{List}/openspp/feed/newest"));
    }

    [Fact]
    public async Task A_fleet_of_5000_workers_with_one_key_may_ask_at_once()
    {
        await using var silo = await ProtectedSilo.StartAsync(_database);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 200 })
        {
            BaseAddress = silo.Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", WorkerKey) },
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5_000).Select(async worker =>
        {
            using var answer = await http.GetAsync(
                new Uri(
                    $"api/v1/{List}/openspp/feed?worker={Guid.NewGuid()}&name=w{worker}&timeout=0ms",
                    UriKind.Relative),
                Cancelled);
            return answer.StatusCode;
        }));

        Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Without_a_key_there_is_no_limit()
    {
        await using var silo = await ProtectedSilo.StartAsync(_database, new()
        {
            ["EndpointSync:Http:AdminKeyHash"] = "",
            ["EndpointSync:Http:WorkerKeyHash"] = "",
            ["EndpointSync:Http:Limits:RequestsPerSecond"] = "1",
            ["EndpointSync:Http:Limits:Burst"] = "1",
            ["EndpointSync:Http:Limits:AnonymousPerSecond"] = "1",
            ["EndpointSync:Http:Limits:AnonymousBurst"] = "1",
        });

        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => silo.StatusAsync(null, List))),
            status => Assert.Equal(HttpStatusCode.OK, status));
    }
}
