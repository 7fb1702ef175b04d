using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using EndpointSync.Bench.Serving;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>One etcd server, and workers that watch it and rebuild their endpoints.</summary>
internal sealed class EtcdFleet : IRoutedFleet
{
    public const string Program = "etcd";

    // etcd takes no more than 128 operations in a transaction.
    private const int MostAtOnce = 100;

    private readonly HttpClient _http = new();
    private readonly IReadOnlyList<RivalProcess> _processes;
    private readonly Uri _store;
    private readonly string _folder;
    private int _count;

    private EtcdFleet(IReadOnlyList<RivalProcess> processes, IReadOnlyList<Uri> workers, Uri store, string folder) =>
        (_processes, Workers, _store, _folder) = (processes, workers, store, folder);

    public IReadOnlyList<Uri> Workers { get; }

    public TimeSpan WarmUpTime => TimeSpan.FromSeconds(45);

    public static async Task<IRoutedFleet> StartAsync(int workers)
    {
        var folder = RivalPrograms.NewFolder(Program);
        var (store, peer) = (At(LoopbackPort.PickFree()), At(LoopbackPort.PickFree()));
        var server = await RivalProcess.StartAsync(
            new Uri(store, "health"), new Dictionary<string, string>(), RivalPrograms.Get(Program),
            "--data-dir", Path.Combine(folder, "data"),
            "--listen-client-urls", Text(store), "--advertise-client-urls", Text(store),
            "--listen-peer-urls", Text(peer), "--initial-advertise-peer-urls", Text(peer),
            "--initial-cluster", $"default={Text(peer)}", "--logger", "zap", "--log-level", "error");
        var addresses = Enumerable.Range(0, workers).Select(_ => At(LoopbackPort.PickFree())).ToList();
        var watching = await Task.WhenAll(
            addresses.Select(address => RivalWorker.StartAsync(RivalWorker.Etcd, address, Text(store))));
        return new EtcdFleet([.. watching, server], addresses, store, folder);
    }

    public async Task DeclareAsync(int size)
    {
        foreach (var numbers in Enumerable.Range(_count + 1, Math.Max(0, size - _count)).Chunk(MostAtOnce))
        {
            await PostAsync("v3/kv/txn", new { success = numbers.Select(number => new { request_put = Put(number) }) });
        }

        foreach (var numbers in Enumerable.Range(size + 1, Math.Max(0, _count - size)).Chunk(MostAtOnce))
        {
            await PostAsync(
                "v3/kv/txn",
                new { success = numbers.Select(number => new { request_delete_range = new { key = Key(number) } }) });
        }

        _count = size;
    }

    public async Task<string> AddAsync()
    {
        await PostAsync("v3/kv/put", Put(++_count));
        return DeclaredEndpoints.PathOf(_count);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PostAsync(string path, object content)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(_store, path), content);
        response.EnsureSuccessStatusCode();
    }

    private static object Put(int number) => new { key = Key(number), value = "" };

    private static string Key(int number) =>
        Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{RivalWorker.KeyPrefix}{number.ToString(CultureInfo.InvariantCulture)}"));

    private static string Text(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static Uri At(int port) => new($"http://127.0.0.1:{port}/");
}
