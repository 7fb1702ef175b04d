using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

public sealed class RequiredKeyTests
{
    private const string Key = "a key of the test";
    private const string WorkerKey = "a worker's key of the test";

    private static readonly (string Method, string Path)[] ForAdministrators =
    [
        ("GET", ""), ("GET", "/openspp"), ("GET", "/openspp/routes"), ("GET", "/openspp/subscribers"),
        ("GET", "/openspp/writers"), ("POST", "/openspp/reload"), ("GET", "/openspp/endpoints"),
        ("GET", "/openspp/endpoints/1"), ("POST", "/openspp/endpoints"), ("PATCH", "/openspp/endpoints/1"),
        ("POST", "/openspp/endpoints/1/archive"), ("DELETE", "/openspp/endpoints/1"),
    ];

    [Theory]
    [InlineData("Urls", "http://0.0.0.0:0")]
    [InlineData("ASPNETCORE_URLS", "http://*:0")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "0")]
    [InlineData("Kestrel__Endpoints__Api__Url", "http://[::]:0")]
    public async Task A_silo_that_other_machines_reach_does_not_start_without_a_key(string variable, string value)
    {
        await using var database = await TestDatabase.CreateAsync();
        var options = Fleet.Options(database);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => SiloProcess.StartAsync(
                options with
                {
                    Configuration = new Dictionary<string, string>(options.Configuration)
                    {
                        ["Urls"] = "",
                        [variable] = value,
                    },
                },
                TestContext.Current.CancellationToken));

        Assert.Contains("exit code 78", refused.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Http:AdminKeyHash", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_configured_nothing_but_health_answers_without_it()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            WithKey(database), TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = silo.Address };

        foreach (var (method, path) in ForAdministrators.Append(("GET", "/openspp/feed"))
            .Append(("GET", "/openspp/feed/newest")).Append(("GET", "/no/such/path")))
        {
            foreach (var credential in new[] { null, "Bearer another key", $"Basic {Key}", "Bearer" })
            {
                Assert.Equal(
                    (method, path, credential, HttpStatusCode.Unauthorized),
                    (method, path, credential, await StatusAsync(http, method, $"registries{path}", credential)));
            }
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "POST", "registries/openspp/reload", $"Bearer {Key}"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(
            new Uri("openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(
            new Uri("health/live", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_key_of_workers_reads_the_feed_and_nothing_else()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            WithKey(database), TestContext.Current.CancellationToken);
        using var http = new HttpClient { BaseAddress = silo.Address };
        var credential = $"Bearer {WorkerKey}";

        foreach (var (method, path) in ForAdministrators)
        {
            Assert.Equal(
                (method, path, HttpStatusCode.Forbidden),
                (method, path, await StatusAsync(http, method, $"registries{path}", credential)));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "GET", "registries/openspp/feed/newest", credential));
        Assert.Equal(
            HttpStatusCode.OK,
            await StatusAsync(
                http, "GET", $"registries/openspp/feed?worker={Guid.NewGuid()}&name=test&timeout=0ms", credential));
    }

    [Fact]
    public async Task The_command_line_sends_the_key_of_a_file_or_a_variable()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            WithKey(database), TestContext.Current.CancellationToken);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Key + "\n", TestContext.Current.CancellationToken);

        var without = await CliProcess.RunAsync(silo.Address, "status");
        var fromOption = await CliProcess.RunAsync(silo.Address, "status", "--key-file", file);
        var fromVariable = await CliProcess.RunAsync(
            silo.Address, new Dictionary<string, string> { ["ENDPOINTSYNC_KEY"] = Key }, "status");
        var fromNamedFile = await CliProcess.RunAsync(
            silo.Address, new Dictionary<string, string> { ["ENDPOINTSYNC_KEY_FILE"] = file }, "status");
        File.Delete(file);
        var fromMissing = await CliProcess.RunAsync(silo.Address, "status", "--key-file", file);

        Assert.Equal(1, without.ExitCode);
        Assert.Contains("A valid key is required", without.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (fromOption.ExitCode, fromVariable.ExitCode, fromNamedFile.ExitCode));
        Assert.Equal(2, fromMissing.ExitCode);
        Assert.Contains(file, fromMissing.Error, StringComparison.Ordinal);
    }

    private static SiloProcessOptions WithKey(TestDatabase database)
    {
        var options = Fleet.Options(database);
        return options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                ["EndpointSync:Http:AdminKeyHash"] = HashOf(Key),
                ["EndpointSync:Http:WorkerKeyHash"] = HashOf(WorkerKey),
            },
        };
    }

    private static string HashOf(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static async Task<HttpStatusCode> StatusAsync(
        HttpClient http, string method, string path, string? credential)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"api/v1/{path}", UriKind.Relative));
        request.Headers.Authorization = credential is null ? null : AuthenticationHeaderValue.Parse(credential);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
