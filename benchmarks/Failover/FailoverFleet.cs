using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Local.Postgres;
using EndpointSync.Local.Silos;
using Npgsql;

namespace EndpointSync.Bench.Failover;

/// <summary>Three silo processes, of which one after the other is lost.</summary>
internal sealed class FailoverFleet : IAsyncDisposable
{
    private const string Registry = "bench";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly HttpClient _http = new();
    private readonly SiloCluster _silos;
    private readonly NpgsqlConnection _connection;

    private FailoverFleet(SiloCluster silos, NpgsqlConnection connection) => (_silos, _connection) = (silos, connection);

    private IEnumerable<SiloProcess> Living => _silos.Silos.Where(silo => !silo.Exited.IsCompleted);

    public static async Task<FailoverFleet> StartAsync(PrivatePostgres postgres)
    {
        var silos = await SiloCluster.StartAsync(3, new SiloProcessOptions
        {
            ClusterConnectionString = postgres.ConnectionString(),
            MembershipProfile = "Mid",
            Configuration = new Dictionary<string, string> { [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true" },
        });
        var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        return new FailoverFleet(silos, connection);
    }

    public Task AddAsync() => _silos.AddAsync();

    public async Task DeclareAsync()
    {
        await using var command = new NpgsqlCommand(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('e', '/e/' || gen_random_uuid(), 'api', true)", _connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The silo that the coordinator is on, as soon as all silos get their answers from it, and another one.</summary>
    public async Task<(SiloProcess Coordinator, SiloProcess Other)> CoordinatorAsync()
    {
        while (true)
        {
            var named = await Task.WhenAll(Living.Select(async silo => (await ReloadAsync(silo)).Silo));
            if (named.Distinct(StringComparer.Ordinal).Count() == 1)
            {
                return (Living.Single(silo => silo.Name == named[0]), Living.First(silo => silo.Name != named[0]));
            }
        }
    }

    /// <exception cref="InvalidOperationException">The routes are not in line.</exception>
    public async Task<ReloadReceipt> ReloadAsync(SiloProcess silo)
    {
        using var response = await _http.PostAsync(new Uri(silo.Address, $"api/registries/{Registry}/reload"), content: null);
        var receipt = response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json) : null;
        return receipt is { InLine: true } ? receipt : throw new InvalidOperationException($"{silo.Name} answered {(int)response.StatusCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _silos.DisposeAsync();
        _http.Dispose();
    }
}
