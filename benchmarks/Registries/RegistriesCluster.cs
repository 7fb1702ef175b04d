using System.Diagnostics;
using System.Globalization;
using System.Net;
using EndpointSync.Bench.Storm;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Bench.Registries;

/// <summary>One silo process, and registries in schemas of one database.</summary>
internal sealed class RegistriesCluster : IAsyncDisposable
{
    private const int AtOnce = 4;

    private readonly int _count;
    private readonly PrivatePostgres _postgres;
    private readonly SiloProcess _silo;
    private readonly NpgsqlConnection _connection;
    private readonly HttpClient _http;

    private RegistriesCluster(int count, PrivatePostgres postgres, SiloProcess silo, NpgsqlConnection connection)
    {
        (_count, _postgres, _silo, _connection) = (count, postgres, silo, connection);
        _http = new HttpClient { BaseAddress = silo.Address };
    }

    /// <summary>The silo's memory, in bytes.</summary>
    public long Memory
    {
        get
        {
            using var process = Process.GetProcessById(_silo.ProcessId);
            return process.WorkingSet64;
        }
    }

    public static async Task<RegistriesCluster> StartAsync(PrivatePostgres postgres, int count)
    {
        var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var configuration = new Dictionary<string, string>();
        for (var registry = 0; registry < count; registry++)
        {
            await connection.ExecuteAsync($"create schema {SchemaOf(registry)}", CancellationToken.None);
            configuration[$"EndpointSync:Registries:{NameOf(registry)}:Schema"] = SchemaOf(registry);
            configuration[$"EndpointSync:Registries:{NameOf(registry)}:CreateTables"] = "true";
        }

        var silo = await SiloProcess.StartAsync(new SiloProcessOptions
        {
            ClusterConnectionString = postgres.ConnectionString(),
            MembershipProfile = "Orleans",
            Configuration = configuration,
        });
        return new RegistriesCluster(count, postgres, silo, connection);
    }

    /// <summary>Reloads every registry once, which creates its tables.</summary>
    public Task ReloadAllAsync() =>
        Parallel.ForAsync(0, _count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (registry, _) =>
    {
        await ReloadAsync(registry);
    });

    /// <summary>Commits one endpoint more.</summary>
    public Task DeclareAsync(int registry) => _connection.ExecuteAsync(
        $"insert into {SchemaOf(registry)}.fastapi_endpoint (name, root_path, app, active) values ('e', '/e/' || "
        + "gen_random_uuid(), 'api', true)", CancellationToken.None);

    /// <exception cref="InvalidOperationException">The routes are not in sync.</exception>
    public async Task ReloadAsync(int registry)
    {
        using var response = await _http.PostAsync(
            new Uri($"api/v1/registries/{NameOf(registry)}/reload", UriKind.Relative), content: null);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException(
                $"The reload was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>How many sessions the silo has.</summary>
    public Task<long> ConnectionsAsync() => _connection.ScalarAsync<long>(
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
        CancellationToken.None);

    /// <summary>Of the silo and of Postgres.</summary>
    public ProcessorTime ProcessorTime() => Storm.ProcessorTime.Now([_silo.ProcessId], _postgres.ProcessId);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static string NameOf(int registry) => string.Create(CultureInfo.InvariantCulture, $"registry-{registry}");

    private static string SchemaOf(int registry) => string.Create(CultureInfo.InvariantCulture, $"registry_{registry}");
}
