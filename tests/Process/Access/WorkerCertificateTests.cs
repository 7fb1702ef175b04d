using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Access;

/// <summary>Real workers that show a certificate to a real silo over TLS.</summary>
public sealed class WorkerCertificateTests : IAsyncLifetime
{
    private HttpsTest _https = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _https = await HttpsTest.CreateAsync();

    public async ValueTask DisposeAsync() => await _https.DisposeAsync();

    [Fact]
    public async Task A_worker_with_a_certificate_serves_and_takes_up_changed_files_without_a_restart()
    {
        await AddEndpointAsync("/a");
        await _https.Certificates.IssueAsync("foreign", "worker", isForeign: true);
        await using var silo = await _https.StartAsync();
        await using var worker = await WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = "openspp",
                Silos = [_https.Url],
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Worker:Tls:Certificate"] = _https.Certificates.PathOf("web-1.crt"),
                    ["EndpointSync:Worker:Tls:Key"] = _https.Certificates.PathOf("web-1.key"),
                    ["EndpointSync:Worker:Tls:CertificateAuthority"] = _https.Certificates.AuthorityFile(),
                },
            },
            Cancelled);
        await ReloadAsync();

        Replace("foreign");
        await worker.WaitForOutputAsync("which is none of the authorities", Cancelled)
            .Within("the line in the worker's log");
        Assert.Contains("EndpointSync.Worker.Feed.FeedOutage[3113]", worker.Output, StringComparison.Ordinal);

        await _https.Certificates.IssueAsync("web-2", "worker");
        Replace("web-2");
        await worker.WaitForOutputAsync("gets updates of openspp again", Cancelled)
            .Within("the line in the worker's log");
        await AddEndpointAsync("/b");
        await ReloadAsync();

        void Replace(string name)
        {
            foreach (var extension in new[] { "crt", "key" })
            {
                File.Copy(
                    _https.Certificates.PathOf($"{name}.{extension}"), _https.Certificates.PathOf($"web-1.{extension}"),
                    overwrite: true);
            }
        }

        async Task AddEndpointAsync(string path)
        {
            var id = await _https.Database.AddEndpointAsync("a", path);
            await _https.Database.ExecuteAsync($"update fastapi_endpoint set app = 'api_v2' where id = {id}");
        }

        async Task ReloadAsync()
        {
            var (status, receipt) = await silo.AskAsync(
                ProtectedSilo.AdminKey, "POST", "registries/openspp/reload?wait=workers&timeout=30s");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(1, receipt.GetProperty("convergence").GetProperty("workers").GetInt32());
        }
    }

    [Fact]
    public async Task A_worker_does_not_send_its_key_to_a_silo_of_an_unknown_authority()
    {
        await using var silo = await _https.StartAsync();
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var start = WorkerProcess.StartAsync(
            new WorkerProcessOptions
            {
                Registry = "openspp",
                Silos = [_https.Url],
                OnOutput = line =>
                {
                    if (line.Contains("errors in the certificate chain", StringComparison.Ordinal))
                    {
                        seen.TrySetResult();
                    }
                },
                Configuration = new Dictionary<string, string>
                {
                    ["EndpointSync:Worker:Key"] = "a-key",
                    // A handshake that takes long would be another reason, and each kind is logged once.
                    ["EndpointSync:Worker:SiloTimeout"] = "00:00:30",
                    ["EndpointSync:Worker:Tls:CertificateAuthority"] =
                        _https.Certificates.AuthorityFile(isForeign: true),
                },
            },
            stopped.Token);
        await seen.Task.Within("the refusal of the silo's certificate");
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
    }
}
