using System.Globalization;
using EndpointSync.Bench.Serving;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>
/// nginx servers. A route is added to each server's included file of locations, which the server then reloads.
/// </summary>
internal sealed class NginxFleet : PushedFleet
{
    public const string Program = "nginx";

    private const string Routes = "routes.conf";
    private const string Master = "nginx.pid";

    private readonly IReadOnlyList<string> _folders;

    private NginxFleet(IReadOnlyList<RivalProcess> processes, IReadOnlyList<Uri> workers, IReadOnlyList<string> folders)
        : base(processes, workers, TimeSpan.Zero) => _folders = folders;

    public static async Task<IRoutedFleet> StartAsync(int workers)
    {
        var addresses = Enumerable.Range(0, workers).Select(_ => At(LoopbackPort.PickFree())).ToList();
        var folders = addresses.Select(_ => RivalPrograms.NewFolder(Program)).ToList();
        var processes = await Task.WhenAll(addresses.Zip(folders, async (address, folder) =>
        {
            await File.WriteAllTextAsync(Path.Combine(folder, Routes), "");
            await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration(address));
            return await RivalProcess.StartAsync(
                new Uri(address, "ready"), NoEnvironment, RivalPrograms.Get(Program),
                "-e", "stderr", "-p", folder, "-c", Path.Combine(folder, "nginx.conf"));
        }));
        return new NginxFleet(processes, addresses, folders);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var folder in _folders)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    protected override async Task ReplaceAsync(int worker, int size)
    {
        await File.WriteAllLinesAsync(
            Path.Combine(_folders[worker], Routes), Enumerable.Range(1, size).Select(Location));
        await ReadAgainAsync(worker);
    }

    protected override async Task AddAsync(int worker, int number)
    {
        await File.AppendAllLinesAsync(Path.Combine(_folders[worker], Routes), [Location(number)]);
        await ReadAgainAsync(worker);
    }

    private async Task ReadAgainAsync(int worker)
    {
        var master = await File.ReadAllTextAsync(Path.Combine(_folders[worker], Master));
        UnixSignal.HangUp(int.Parse(master, CultureInfo.InvariantCulture));
    }

    private static string Location(int number) => $"location {DeclaredEndpoints.PathOf(number)} {{ return 200; }}";

    private static string Configuration(Uri address) =>
        $$"""
          daemon off;
          worker_processes 1;
          pid {{Master}};
          error_log stderr crit;
          events { worker_connections 512; }
          http {
            access_log off;
            client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi; scgi_temp_path scgi;
            keepalive_timeout 3600; keepalive_requests 1000000000;
            server {
              listen {{address.Authority}};
              location = /ready { return 200; }
              location / { return 404; }
              include {{Routes}};
            }
          }
          """;
}
