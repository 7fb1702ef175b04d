using System.Net;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

public sealed class RequiredKeyTests(OneProtectedSilo one) : IClassFixture<OneProtectedSilo>
{
    private static readonly (string Method, string Path)[] ForAdministrators =
    [
        ("GET", ""), ("GET", "/openspp"), ("GET", "/openspp/routes"), ("GET", "/openspp/subscribers"),
        ("GET", "/openspp/writers"), ("POST", "/openspp/reload"), ("GET", "/openspp/endpoints"),
        ("GET", "/openspp/endpoints/1"), ("POST", "/openspp/endpoints"), ("PATCH", "/openspp/endpoints/1"),
        ("POST", "/openspp/endpoints/1/archive"), ("DELETE", "/openspp/endpoints/1"),
    ];

    private readonly ProtectedSilo _silo = one.Silo;

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
        foreach (var (method, path) in ForAdministrators.Append(("GET", "/openspp/feed"))
            .Append(("GET", "/openspp/feed/newest")).Append(("GET", "/no/such/path")))
        {
            foreach (var credential in new[] { null, "another key", $"Basic {ProtectedSilo.AdminKey}", "" })
            {
                Assert.Equal(
                    (method, path, credential, HttpStatusCode.Unauthorized),
                    (method, path, credential, await _silo.StatusAsync(credential, method, $"registries{path}")));
            }
        }

        Assert.Equal(
            HttpStatusCode.OK, await _silo.StatusAsync(ProtectedSilo.AdminKey, "POST", "registries/openspp/reload"));
        Assert.Equal(HttpStatusCode.Unauthorized, await _silo.StatusAsync(null, "/openapi/v1.json"));
        Assert.Equal(HttpStatusCode.OK, await _silo.StatusAsync(null, "/health/live"));
    }

    [Fact]
    public async Task The_key_of_workers_reads_the_feed_and_nothing_else()
    {
        foreach (var (method, path) in ForAdministrators)
        {
            Assert.Equal(
                (method, path, HttpStatusCode.Forbidden),
                (method, path, await _silo.StatusAsync(ProtectedSilo.WorkerKey, method, $"registries{path}")));
        }

        Assert.Equal(
            HttpStatusCode.OK, await _silo.StatusAsync(ProtectedSilo.WorkerKey, "registries/openspp/feed/newest"));
        Assert.Equal(
            HttpStatusCode.OK,
            await _silo.StatusAsync(
                ProtectedSilo.WorkerKey,
                $"registries/openspp/feed?worker={Guid.NewGuid()}&name=test&timeout=0ms"));
    }

    [Fact]
    public async Task The_command_line_sends_the_key_of_a_file_or_a_variable()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, ProtectedSilo.AdminKey + "\n", TestContext.Current.CancellationToken);

        var without = await CliProcess.RunAsync(_silo.Address, "status");
        var fromOption = await CliProcess.RunAsync(_silo.Address, "status", "--key-file", file);
        var fromVariable = await CliProcess.RunAsync(_silo.Address, ProtectedSilo.AdminEnvironment, "status");
        var fromNamedFile = await CliProcess.RunAsync(
            _silo.Address, new Dictionary<string, string> { ["ENDPOINTSYNC_KEY_FILE"] = file }, "status");
        File.Delete(file);
        var fromMissing = await CliProcess.RunAsync(_silo.Address, "status", "--key-file", file);
        var keyAsFile = await CliProcess.RunAsync(_silo.Address, "status", "--key-file", "epsync_0123456789ab_x");

        Assert.Equal(1, without.ExitCode);
        Assert.Contains("A valid key is required", without.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), (fromOption.ExitCode, fromVariable.ExitCode, fromNamedFile.ExitCode));
        Assert.Equal(2, fromMissing.ExitCode);
        Assert.Contains(file, fromMissing.Error, StringComparison.Ordinal);
        Assert.Equal(2, keyAsFile.ExitCode);
        Assert.DoesNotContain("epsync_0", keyAsFile.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://silo.invalid:5080", true, true)]
    [InlineData("http://silo.invalid:5080", false, false)]
    [InlineData("https://silo.invalid:5443", true, false)]
    [InlineData("http://127.0.0.1:1", true, false)]
    public async Task The_command_line_warns_of_a_key_that_goes_to_another_machine_unencrypted(
        string server, bool hasKey, bool warns)
    {
        var status = await CliProcess.RunAsync(
            new Uri(server), hasKey ? ProtectedSilo.AdminEnvironment : [], "status");

        Assert.Equal(4, status.ExitCode);
        Assert.Equal(
            warns ? 1 : 0,
            status.Error.Split('\n').Count(line => line.StartsWith(
                "Warning: the key goes unencrypted to silo.invalid:5080", StringComparison.Ordinal)));
        Assert.DoesNotContain(ProtectedSilo.AdminKey, status.Error, StringComparison.Ordinal);
    }
}
