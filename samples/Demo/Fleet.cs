using System.Globalization;
using EndpointSync.Local.Postgres;
using EndpointSync.Local.Silos;

namespace EndpointSync.Demo;

/// <summary>Silo processes to play with: one or more of them on one PostgreSQL, until they are stopped.</summary>
internal static class Fleet
{
    public const int MostSilos = 9;

    private const string ConnectionStringKey = "EndpointSync__Cluster__ConnectionString";
    private const int FirstHttpPort = 5080;
    private const int FirstSiloPort = 11111;
    private const int FirstGatewayPort = 30000;

    public static async Task<int> RunAsync(int silos, CancellationToken cancellationToken)
    {
        await using var postgres = await StartPostgresAsync(cancellationToken);
        var connectionString = postgres?.ConnectionString() ?? Environment.GetEnvironmentVariable(ConnectionStringKey)!;
        var started = new List<SiloProcess>();
        try
        {
            started.AddRange(await Task.WhenAll(Enumerable.Range(0, silos).Select(index => SiloProcess.StartAsync(Options(index, connectionString, postgres is not null), cancellationToken))));
            if (postgres is not null)
            {
                await DeclareSampleAsync(started[0], cancellationToken);
            }

            Explain(started, postgres);
            await Task.WhenAny([Task.Delay(Timeout.Infinite, cancellationToken), .. started.Select(silo => silo.Exited)]);
            return cancellationToken.IsCancellationRequested ? 0 : 1;
        }
        finally
        {
            Console.WriteLine("Stopping.");
            await Task.WhenAll(started.Select(silo => silo.DisposeAsync().AsTask()));
        }
    }

    private static async Task<PrivatePostgres?> StartPostgresAsync(CancellationToken cancellationToken) =>
        string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(ConnectionStringKey))
            ? await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), cancellationToken)
            : null;

    private static SiloProcessOptions Options(int index, string connectionString, bool sample) => new()
    {
        ClusterConnectionString = connectionString,
        ClusterId = "endpointsync",
        Name = $"silo-{index + 1}",
        HttpPort = FirstHttpPort + index,
        Configuration = Ports(index).Concat(sample ? SampleRegistry() : []).ToDictionary(),
        OnOutput = line => Console.WriteLine($"[silo-{index + 1}] {line}"),
    };

    private static IEnumerable<KeyValuePair<string, string>> Ports(int index) =>
    [
        new("EndpointSync:Cluster:SiloPort", (FirstSiloPort + index).ToString(CultureInfo.InvariantCulture)),
        new("EndpointSync:Cluster:GatewayPort", (FirstGatewayPort + index).ToString(CultureInfo.InvariantCulture)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> SampleRegistry() =>
    [
        new($"EndpointSync:Registries:{Sample.Registry}:CreateTables", "true"),
    ];

    private static async Task DeclareSampleAsync(SiloProcess silo, CancellationToken cancellationToken)
    {
        using var api = new RegistryApi(silo.Address, Sample.Registry);
        await Sample.DeclareAsync(api, cancellationToken);
    }

    private static void Explain(List<SiloProcess> silos, PrivatePostgres? postgres)
    {
        var address = silos[0].Address;
        Console.WriteLine();
        Console.WriteLine($"{silos.Count} silo{(silos.Count == 1 ? " is" : "s are")} up: {string.Join(" ", silos.Select(silo => silo.Address))}");
        if (postgres is null)
        {
            Console.WriteLine($"The registries are those of your configuration: curl -s {address}api/registries");
        }
        else
        {
            Console.WriteLine($"Private PostgreSQL on 127.0.0.1:{postgres.Port}, data in {postgres.Directory}. Registry '{Sample.Registry}' declares OpenSPP's two endpoints. Try:");
            Console.WriteLine($"  curl -s -X POST {address}api/registries/{Sample.Registry}/reload      # bring the routes in line");
            Console.WriteLine($"  curl -s {address}api/registries/{Sample.Registry}/routes              # see them");
            Console.WriteLine($"  dotnet run --project src/Cli -- status {Sample.Registry}                # the same from the command line");
            Console.WriteLine($"  PGPASSWORD=$(cat {Path.Combine(postgres.Directory, "password")}) psql -h 127.0.0.1 -p {postgres.Port} -U endpointsync postgres");
        }
        Console.WriteLine("Ctrl-C stops everything.");
        Console.WriteLine();
    }
}
