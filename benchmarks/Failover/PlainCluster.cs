using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using EndpointSync.Bench.Propagation.Rivals;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Bench.Failover;

/// <summary>A silo of a <see cref="PlainCluster"/>.</summary>
/// <param name="Address">Where it answers HTTP.</param>
/// <param name="ProcessId">Its process.</param>
internal sealed record PlainSiloName(Uri Address, int ProcessId);

/// <summary>Three silo processes of a plain Orleans cluster on PostgreSQL.</summary>
internal sealed class PlainCluster : IAsyncDisposable
{
    private const int Silos = 3;
    private const string Schema = "orleans";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly IReadOnlyList<Uri> _addresses;
    private readonly IReadOnlyList<RivalProcess> _processes;

    private PlainCluster(IReadOnlyList<Uri> addresses, IReadOnlyList<RivalProcess> processes) =>
        (_addresses, _processes) = (addresses, processes);

    public static async Task<PlainCluster> StartAsync(PrivatePostgres postgres)
    {
        await using (var connection = new NpgsqlConnection(postgres.ConnectionString()))
        {
            await connection.OpenAsync();
            await connection.ExecuteAsync($"create schema {Schema}", CancellationToken.None);
            await connection.ExecuteAsync(Migrator.Script("Orleans/0001_membership.sql"), CancellationToken.None);
            await connection.ExecuteAsync(
                "create table plain (reloads integer not null); insert into plain values (0)", CancellationToken.None);
        }

        var addresses = Enumerable.Range(0, Silos)
            .Select(_ => new Uri($"http://127.0.0.1:{LoopbackPort.PickFree()}/"))
            .ToList();
        var processes = await Task.WhenAll(addresses.Select(address => RivalProcess.StartAsync(
            new Uri(address, PlainSilo.Ready), new Dictionary<string, string>(), "dotnet",
            typeof(PlainSilo).Assembly.Location, PlainSilo.Command, address.GetLeftPart(UriPartial.Authority),
            $"{postgres.ConnectionString()};Search Path={Schema},public", Port(), Port())));
        return new PlainCluster(addresses, processes);
    }

    /// <summary>The silo that the grain is on, and another one.</summary>
    public async Task<(PlainSiloName Host, Uri Other)> HostAsync()
    {
        var silos = await Task.WhenAll(
            _addresses.Select(
                async address => new PlainSiloName(
                    address, await _http.GetFromJsonAsync<int>(new Uri(address, PlainSilo.Ready)))));
        using var response = await _http.PostAsync(new Uri(_addresses[0], PlainSilo.Reload), content: null);
        var process = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<int>();
        return (
            silos.Single(silo => silo.ProcessId == process),
            silos.First(silo => silo.ProcessId != process).Address);
    }

    public static void Kill(PlainSiloName silo)
    {
        using var process = Process.GetProcessById(silo.ProcessId);
        process.Kill();
    }

    public static void Freeze(PlainSiloName silo) => UnixSignal.Stop(silo.ProcessId);

    /// <summary>Asks until a call succeeds.</summary>
    public async Task ReloadUntilTakenAsync(Uri silo)
    {
        while (true)
        {
            using var response = await _http.PostAsync(new Uri(silo, PlainSilo.Reload), content: null);
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(Pause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
    }

    private static string Port() => LoopbackPort.PickFree().ToString(CultureInfo.InvariantCulture);
}
