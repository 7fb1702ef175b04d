using System.Net.Http.Json;
using EndpointSync.Bench.Serving;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Caddy servers. A route is posted to the configuration address of each.</summary>
internal sealed class CaddyFleet : PushedFleet
{
    public const string Program = "caddy";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private readonly IReadOnlyList<Uri> _admins;
    private readonly string _folder;

    private CaddyFleet(
        IReadOnlyList<RivalProcess> processes, IReadOnlyList<Uri> workers, IReadOnlyList<Uri> admins, string folder)
        : base(processes, workers, TimeSpan.Zero) => (_admins, _folder) = (admins, folder);

    public static async Task<IRoutedFleet> StartAsync(int workers)
    {
        var folder = RivalPrograms.NewFolder(Program);
        var addresses = Enumerable.Range(0, workers)
            .Select(_ => (Worker: At(LoopbackPort.PickFree()), Admin: At(LoopbackPort.PickFree())))
            .ToList();
        var processes = await Task.WhenAll(addresses.Select(async (address, number) =>
        {
            var file = Path.Combine(folder, $"{number}.json");
            await File.WriteAllTextAsync(
                file, System.Text.Json.JsonSerializer.Serialize(Configuration(address.Worker, address.Admin, size: 0)));
            var environment = new Dictionary<string, string>
            {
                ["HOME"] = folder,
                ["XDG_DATA_HOME"] = folder,
                ["XDG_CONFIG_HOME"] = folder,
            };
            return await RivalProcess.StartAsync(
                new Uri(address.Admin, "config/"), environment, RivalPrograms.Get(Program), "run", "--config", file);
        }));
        return new CaddyFleet(
            processes, [.. addresses.Select(address => address.Worker)],
            [.. addresses.Select(address => address.Admin)], folder);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override Task ReplaceAsync(int worker, int size) =>
        PostAsync(worker, "load", Configuration(Workers[worker], _admins[worker], size));

    protected override Task AddAsync(int worker, int number) =>
        PostAsync(worker, "config/apps/http/servers/bench/routes/0/handle/0/routes", Route(number));

    private async Task PostAsync(int worker, string path, object content)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(_admins[worker], path), content);
        response.EnsureSuccessStatusCode();
    }

    private static object Configuration(Uri worker, Uri admin, int size) => new
    {
        admin = new { listen = admin.Authority, config = new { persist = false } },
        logging = new { logs = new Dictionary<string, object> { ["default"] = new { level = "ERROR" } } },
        apps = new { http = new { servers = new { bench = Server(worker, size) } } },
    };

    // A path without a route is answered 404, as by the others; Caddy's own answer would be an empty 200.
    private static object Server(Uri worker, int size) => new
    {
        listen = new[] { worker.Authority },
        automatic_https = new { disable = true },
        routes = new object[]
        {
            new
            {
                handle = new object[]
                {
                    new { handler = "subroute", routes = Enumerable.Range(1, size).Select(Route) },
                },
            },
            new { handle = new object[] { new { handler = "static_response", status_code = 404 } } },
        },
    };

    private static object Route(int number) => new
    {
        match = new object[] { new { path = new[] { $"{DeclaredEndpoints.PathOf(number)}*" } } },
        handle = new object[] { new { handler = "static_response", status_code = 200 } },
    };
}
