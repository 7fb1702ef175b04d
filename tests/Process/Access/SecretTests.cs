using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EndpointSync.Tests.Process.Tls;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Access;

/// <summary>
/// No output has a secret: logs of silos and workers with everything that they can log, answers of the HTTP API, the
/// command line, and what every user of the machine sees of processes. Real processes, and each mistake that we know.
/// </summary>
public sealed class SecretTests : IAsyncLifetime
{
    private const string Edits = "registries/openspp/endpoints";

    // Everything that any of them printed or answered, by where it comes from.
    private readonly ConcurrentQueue<(string Where, string Text)> _seen = new();
    private readonly Dictionary<string, string> _secrets = new()
    {
        ["the cluster's password"] = Secret(),
        ["the registry's password"] = Secret(),
        ["an unknown key"] = $"epsync_0123456789ab_{Secret()}{Secret()[..20]}",
        ["a misplaced key"] = $"epsync_0123456789ac_{Secret()}{Secret()[..20]}",
        ["a misspelled password"] = Secret(),
        ["the administrators' key"] = ProtectedSilo.AdminKey,
        ["the workers' key"] = ProtectedSilo.WorkerKey,
    };

    private SecretRole _cluster = null!;
    private SecretRole _registry = null!;
    private TestCertificates _certificates = null!;
    private LocalIssuer _issuer = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SecretRole.CreateAsync(_secrets["the cluster's password"]);
        _registry = await SecretRole.CreateAsync(_secrets["the registry's password"]);
        _certificates = await TestCertificates.CreateAsync();
        _issuer = await LocalIssuer.StartAsync();
        await _certificates.IssueAsync("web-1", "worker");
        await _certificates.IssueAsync("silo-1", "silo");
        foreach (var name in new[] { "web-1", "silo-1" })
        {
            var lines = await File.ReadAllLinesAsync(_certificates.PathOf($"{name}.key"), Cancelled);
            _secrets[$"the key file of {name}"] = lines[1];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _certificates.Dispose();
        await _registry.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Silos_workers_and_the_command_line_print_no_secret_whatever_goes_wrong()
    {
        await using var silo = await ProtectedSilo.StartAsync(Options() with { OnOutput = See("silo") });
        var (_, workerKey) = await silo.CreateKeyAsync(AccessRole.Worker);
        var (id, viewerKey) = await silo.CreateKeyAsync(AccessRole.Viewer);
        var (token, forged) = (_issuer.Token(["viewer"]), _issuer.Token(["admin"], key: SigningKey.Rsa("stranger")));
        _secrets["a worker's key"] = workerKey[^52..];
        _secrets["a viewer's key"] = viewerKey[^52..];
        _secrets["a token"] = token.Split('.')[2];
        _secrets["a forged token"] = forged.Split('.')[2];
        await using var worker = await WorkerProcess.StartAsync(
            Worker(silo, new() { ["EndpointSync:Worker:Key"] = workerKey }), Cancelled);
        string?[] credentials =
            [ProtectedSilo.AdminKey, viewerKey, workerKey, token, forged, _secrets["an unknown key"], null];

        await AskAsync(silo, credentials);
        await RunCommandsAsync(silo.Address, viewerKey);
        await silo.StatusAsync(ProtectedSilo.AdminKey, "DELETE", $"keys/{id}");
        await SeeProcessesAsync(viewerKey);
        await _registry.ShutOutAsync();
        await AskAsync(silo, credentials);
        await _cluster.ShutOutAsync();
        await silo.PrintsAsync("API keys cannot be read");
        await AskAsync(silo, credentials);
        await RunCommandsAsync(silo.Address, viewerKey);
        await _cluster.LetInAsync();
        await _registry.LetInAsync();

        AssertNoSecret("silo", "worker", "GET registries/openspp", "endpointsync keys list", "command lines");
    }

    [Fact]
    public async Task A_start_that_is_refused_prints_no_secret()
    {
        var misspelled = _secrets["a misspelled password"];
        var key = await File.ReadAllTextAsync(_certificates.PathOf("silo-1.key"), Cancelled);
        var cluster = "EndpointSync:Cluster:ConnectionString";
        foreach (var (setting, value) in new[]
        {
            (cluster, _cluster.With(misspelled)), (cluster, $"{_cluster.ConnectionString};Port=1"),
            (cluster, $"{_cluster.ConnectionString};Host=silo.invalid"),
            (cluster, $"{_cluster.ConnectionString};Database=nosuch"), (cluster, $"Host=db;Pasword={misspelled}"),
            (cluster, $"postgresql://odoo:{misspelled}@db/odoo"), (cluster, $"Host=db;Password=a;{misspelled}=b"),
            (cluster, $"Host=db;Password=a;{misspelled}"), (cluster, $"Host=db;Password=\"{misspelled}"),
            ("EndpointSync:Registries:openspp:ConnectionString", $"Host=db;Password=a;{misspelled}=b"),
            ("EndpointSync:Http:AdminKeyHash", ProtectedSilo.AdminKey),
            ("EndpointSync:Http:WorkerKeyHash", _secrets["a misplaced key"]),
            ("EndpointSync:Http:AdminKey", ProtectedSilo.AdminKey), ("EndpointSync:Cluster:Tls:Key", key),
            ("EndpointSync:Http:ClientCertificates:CertificateAuthority", key),
        })
        {
            var options = Options(setting);
            await Assert.ThrowsAnyAsync<Exception>(() => SiloProcess.StartAsync(
                options with
                {
                    Configuration = new Dictionary<string, string>(options.Configuration) { [setting] = value },
                    OnOutput = See($"silo with {setting}"),
                },
                Cancelled));
        }

        foreach (var (setting, value) in new[]
        {
            ("EndpointSync:Worker:Key", $"{_secrets["a misplaced key"]} and more"),
            ("EndpointSync:Worker:KeyFile", _secrets["a misplaced key"]), ("EndpointSync:Worker:Tls:Certificate", key),
            ("EndpointSync:Worker:Tls:CertificateAuthority", key),
            ("EndpointSync:Worker:Silos:0", $"http://worker:{misspelled}@127.0.0.1:1"),
        })
        {
            await Assert.ThrowsAnyAsync<Exception>(() => WorkerProcess.StartAsync(
                new WorkerProcessOptions
                {
                    Registry = "openspp",
                    Silos = [new Uri("https://127.0.0.1:1")],
                    Configuration = new Dictionary<string, string> { [setting] = value },
                    OnOutput = See($"worker with {setting}"),
                },
                Cancelled));
        }

        AssertNoSecret("silo with EndpointSync:Cluster:ConnectionString", "worker with EndpointSync:Worker:KeyFile");
    }

    private static string Secret() => $"sesame{Guid.NewGuid():N}";

    private SiloProcessOptions Options(string? without = null)
    {
        var options = ProtectedSilo.Options(_cluster.Database, new(_certificates.Settings("silo-1"))
        {
            ["EndpointSync:Registries:openspp:ConnectionString"] = _registry.ConnectionString,
            ["EndpointSync:Http:Jwt:Authority"] = _issuer.Url,
            ["EndpointSync:Http:Jwt:Audience"] = LocalIssuer.Audience,
            ["EndpointSync:Http:ClientCertificates:CertificateAuthority"] = _certificates.AuthorityFile(),
            ["Logging:LogLevel:Default"] = "Debug",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Debug",
            ["Logging:LogLevel:Orleans"] = "Information",
        });
        return without?.Contains(":Cluster:ConnectionString", StringComparison.Ordinal) == true
            ? options
            : options with { ClusterConnectionString = _cluster.ConnectionString };
    }

    private WorkerProcessOptions Worker(ProtectedSilo silo, Dictionary<string, string> settings) => new()
    {
        Registry = "openspp",
        Silos = [silo.Address],
        Configuration = new Dictionary<string, string>(settings)
        {
            ["Logging:LogLevel:Default"] = "Debug",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Debug",
        },
        OnOutput = See("worker"),
    };

    private Action<string> See(string where) => line => _seen.Enqueue((where, line));

    private async Task AskAsync(ProtectedSilo silo, string?[] credentials)
    {
        foreach (var credential in credentials.Append("Basic c2VzYW1l"))
        {
            foreach (var (method, path, body) in new[]
            {
                ("GET", "registries/openspp", null), ("GET", "registries/nosuch", null), ("GET", "nosuch", null),
                ("PUT", "registries/openspp", null), ("POST", "registries/openspp/reload?timeout=1s", null),
                ("GET", "registries/openspp/feed/newest", null), ("POST", Edits, "{"), ("POST", Edits, "{}"),
                ("POST", Edits, $$"""{"name":"{{new string('x', 300 * 1024)}}"}"""), ("PATCH", $"{Edits}/1", "{}"),
                ("GET", "keys", null), ("POST", "keys", """{"name":"a","role":"nobody"}"""),
                ("DELETE", "keys/nosuch", null), ("GET", "audit?limit=x", null), ("GET", "/health/ready", null),
                ("GET", "/openapi/v1.json", null),
            })
            {
                await AskAsync(silo, credential, method, path, body);
            }
        }
    }

    private async Task AskAsync(ProtectedSilo silo, string? credential, string method, string path, string? body)
    {
        // A connection whose body the silo does not read may end any time, so each request has its own.
        using var http = new HttpClient { BaseAddress = silo.Address };
        try
        {
            using var answer = await ProtectedSilo.SendAsync(http, credential, method, path, body);
            _seen.Enqueue((
                $"{method} {path}",
                $"{answer.StatusCode} {answer.Headers} {await answer.Content.ReadAsStringAsync(Cancelled)}"));
        }
        catch (HttpRequestException) when (body is { Length: > 256 * 1024 })
        {
            // The silo may end the connection while the rest of the body is sent.
        }
    }

    private async Task RunCommandsAsync(Uri server, string key)
    {
        var file = _certificates.PathOf("api.key");
        await File.WriteAllTextAsync(file, key, Cancelled);
        foreach (var (environment, command) in new[]
        {
            (ProtectedSilo.AdminEnvironment, "keys list"), (ProtectedSilo.AdminEnvironment, "status nosuch"),
            (new() { ["ENDPOINTSYNC_KEY_FILE"] = file }, "reload openspp --timeout 1s"),
            (new() { ["ENDPOINTSYNC_KEY"] = _secrets["an unknown key"] }, "status --json"),
            (new() { ["ENDPOINTSYNC_KEY_FILE"] = _secrets["a misplaced key"] }, "status"),
            (new() { ["ENDPOINTSYNC_KEY"] = $"{key}\nX-Other: a" }, "status"),
            (ProtectedSilo.AdminEnvironment, "status --server http://silo.invalid:1"),
        })
        {
            var run = await CliProcess.RunAsync(server, environment, command.Split(' '));
            _seen.Enqueue(($"endpointsync {command}", run.Output + run.Error));
        }
    }

    // A command is held by a server that never answers while all processes are looked at.
    private async Task SeeProcessesAsync(string key)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var command = CliProcess.RunAsync(
            new Uri($"http://{silent.LocalEndpoint}"), new Dictionary<string, string> { ["ENDPOINTSYNC_KEY"] = key },
            "status");
        using (await silent.AcceptTcpClientAsync(Cancelled))
        {
            foreach (var file in Directory.EnumerateDirectories("/proc", "*").Select(one => $"{one}/cmdline"))
            {
                if (File.Exists(file))
                {
                    _seen.Enqueue(("command lines", await ReadAsync(file)));
                }
            }
        }

        // Should the command come again, it meets the test: another process could take a port that was given back.
        while (!command.IsCompleted)
        {
            using var done = new CancellationTokenSource();
            var again = silent.AcceptTcpClientAsync(done.Token).AsTask();
            if (await Task.WhenAny(again, command) == again)
            {
                (await again).Dispose();
            }

            await done.CancelAsync();
        }

        var run = await command;
        Assert.True(run.ExitCode == 4, $"{run.ExitCode}: {run.Error}");
        Assert.Contains(
            _seen,
            seen => seen.Where == "command lines" && seen.Text.Contains("endpointsync.dll", StringComparison.Ordinal));
    }

    private static async Task<string> ReadAsync(string file)
    {
        try
        {
            return await File.ReadAllTextAsync(file, Cancelled);
        }
        catch (IOException)
        {
            return ""; // The process has ended.
        }
    }

    private void AssertNoSecret(params string[] places)
    {
        foreach (var place in places)
        {
            Assert.Contains(_seen, seen => seen.Where == place && seen.Text.Length > 0);
        }

        Assert.Empty(
            from seen in _seen
            from secret in _secrets
            where seen.Text.Contains(secret.Value, StringComparison.OrdinalIgnoreCase)
            select $"{seen.Where} prints {secret.Key}: {seen.Text}");
    }
}
