using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// A cluster of several machines with addresses of their own and certificates from our own command: what a person gets
/// who follows docs/how-to/cluster.md.
/// </summary>
[Collection(nameof(Namespaces))]
public sealed class ThreeMachinesTests
{
    private static readonly Uri Route = new("api/v2/orders", UriKind.Relative);
    private static readonly Uri Reload = new(Machines.ApiOf(1), "api/v1/registries/openspp/reload");

    [Fact]
    public async Task Three_machines_serve_workers_while_a_silo_is_killed_and_all_certificates_change()
    {
        await using var machines = await Machines.CreateAsync();
        // The third silo is behind port maps of its host, so others reach it at an address that is not its own.
        using var silos = Map(3, Machines.SiloPort);
        using var gateways = Map(3, Machines.GatewayPort);
        await using var first = RemoteProcess.StartSilo(1, machines.SiloSettings(1));
        await first.StartedAsync();
        await using var second = RemoteProcess.StartSilo(2, machines.SiloSettings(2));
        await using var third = RemoteProcess.StartSilo(3, BehindPortMap(machines));
        await second.StartedAsync();
        await third.StartedAsync();
        await PrepareAsync(machines);
        await using var worker = RemoteProcess.StartWorker(Machines.Worker, machines.WorkerSettings(Machines.Worker));
        await using var behind = RemoteProcess.StartWorker(
            Machines.WorkerBehindRouter, machines.WorkerSettings(Machines.WorkerBehindRouter));
        await worker.SaysAsync("serves version 1");
        await behind.SaysAsync("serves version 1");
        await using var app = await AppAsync(machines);

        await ConvergesAsync(machines, "3 silos and 2 workers");
        Assert.Equal(
            [Namespaces.Own, Namespaces.AddressOf(1), Namespaces.AddressOf(2)], await AddressesAsync(machines));

        using var authority = X509CertificateLoader.LoadCertificateFromFile(machines.Certificates.AuthorityFile());
        var key = await File.ReadAllTextAsync(machines.KeyFile("operator"), TestContext.Current.CancellationToken);
        await using var reloads = new SteadyLoad("a reload by grain", () => ReloadAsync(app));
        await using var posts = new SteadyLoad("a reload over HTTPS", () => PostAsync(authority, key));
        await using var open = Requests(Machines.Worker);
        await using var hidden = Requests(Machines.WorkerBehindRouter);
        SteadyLoad[] load = [reloads, posts, open, hidden];
        await FurtherAsync(load, 20);

        await third.KillAsync();
        await FurtherAsync(load, 20);
        await RotateAsync(machines, first, second);
        await FurtherAsync(load, 50);
        await using var again = RemoteProcess.StartSilo(3, BehindPortMap(machines));
        await again.StartedAsync();
        await ConvergesAsync(machines, "3 silos and 2 workers");
        await FurtherAsync(load, 20);
        Assert.Empty(load.SelectMany(caller => caller.Failures));
    }

    private static async Task PrepareAsync(Machines machines)
    {
        await machines.MakeKeyAsync("worker");
        await machines.MakeKeyAsync("operator");
        await RunAsync(
            machines, "endpoints", "add", "openspp", "--name", "orders", "--root-path", "/api/v2", "--app", "api_v2");
        Assert.Contains("synced", (await RunAsync(machines, "reload", "openspp")).Output, StringComparison.Ordinal);
    }

    // The operator's own words for it, from his machine.
    private static async Task ConvergesAsync(Machines machines, string everybody) => await Deadline.UntilAsync(
        async () =>
        {
            var reload = await machines.OperatorAsync(
                2, "operator", "reload", "openspp", "--wait", "workers", "--timeout", "10s");
            return reload.Output.Contains($"all: {everybody}", StringComparison.Ordinal);
        },
        everybody);

    private static async Task<CliProcess> RunAsync(Machines machines, params string[] command)
    {
        var run = await machines.OperatorAsync(2, "operator", command);
        Assert.True(run.ExitCode == 0, run.Error + run.Output);
        return run;
    }

    private static async Task RotateAsync(Machines machines, params RemoteProcess[] running)
    {
        await machines.RotateAsync();
        foreach (var silo in running)
        {
            await silo.SaysAsync("New connections of the cluster use the changed certificate");
            await silo.SaysAsync("New connections over https use the changed certificate");
        }

        using var silo1 = machines.Certificates.Load("silo-1");
        Assert.Equal(silo1.SerialNumber, await RawConnection.SerialAsync(Machines.SiloPortOf(1), silo1));
        using var server1 = machines.Certificates.Load("server-1");
        Assert.Equal(server1.SerialNumber, await RawConnection.SerialAsync(Machines.HttpPortOf(1), silo1));
    }

    private static Task FurtherAsync(IEnumerable<SteadyLoad> load, int count) =>
        Task.WhenAll(load.Select(caller => caller.FurtherAsync(count)));

    private static async Task<string?> ReloadAsync(ClientHost app)
    {
        var receipt = await app.Client.ReloadAsync("openspp");
        return receipt.InSync ? null : $"{receipt.Outcome}: {receipt.Problem}";
    }

    // A connection for each request, so that each meets the certificates of its moment.
    private static async Task<string?> PostAsync(X509Certificate2 authority, string key)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { authority },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await http.PostAsync(Reload, content: null);
        if (!answer.IsSuccessStatusCode)
        {
            return $"{answer.StatusCode}";
        }

        var receipt = await answer.Content.ReadFromJsonAsync<Receipt>();
        return receipt!.InSync ? null : receipt.Outcome;
    }

    private static SteadyLoad Requests(int machine)
    {
        var url = new Uri(Machines.AddressOfWorker(machine), Route);
        var http = new HttpClient();
        return new SteadyLoad($"a request to worker {machine}", async () =>
        {
            using var answer = await http.GetAsync(url);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"{answer.StatusCode}";
        });
    }

    private static Dictionary<string, string> BehindPortMap(Machines machines) => new(machines.SiloSettings(3))
    {
        ["EndpointSync:Cluster:AdvertisedAddress"] = Namespaces.Own,
        ["EndpointSync:Cluster:SiloListeningEndpoint"] = $"0.0.0.0:{Machines.SiloPort}",
        ["EndpointSync:Cluster:GatewayListeningEndpoint"] = $"0.0.0.0:{Machines.GatewayPort}",
        ["EndpointSync:Http:AdvertisedUrl"] = Machines.ApiOf(3).AbsoluteUri,
    };

    private static async Task<ClientHost> AppAsync(Machines machines)
    {
        var app = new ClientHost(
            machines.Database.ConnectionString(machines.Certificates), machines.ClientSettings());
        await app.StartAsync();
        return app;
    }

    private static async Task<List<string>> AddressesAsync(Machines machines)
    {
        await using var source = NpgsqlDataSource.Create(
            machines.Database.ConnectionString(machines.Certificates));
        await using var command = source.CreateCommand(
            "select address from orleans.orleansmembershiptable where status = 3 order by 1");
        await using var rows = await command.ExecuteReaderAsync();
        var addresses = new List<string>();
        while (await rows.ReadAsync())
        {
            addresses.Add(rows.GetString(0));
        }

        return addresses;
    }

    private static PortMap Map(int machine, int port) => new(
        new IPEndPoint(IPAddress.Parse(Namespaces.Own), port),
        new IPEndPoint(IPAddress.Parse(Namespaces.AddressOf(machine)), port));

    private sealed record Receipt(string Outcome, bool InSync);
}
