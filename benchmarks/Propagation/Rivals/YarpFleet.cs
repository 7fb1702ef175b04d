using EndpointSync.Tools.Postgres;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>Workers with YARP and its configuration in memory; each has an address that a route is posted to.</summary>
internal sealed class YarpFleet : PushedFleet
{
    private readonly HttpClient _http = new();

    private YarpFleet(IReadOnlyList<RivalProcess> processes, IReadOnlyList<Uri> workers)
        : base(processes, workers, TimeSpan.FromSeconds(45))
    {
    }

    public static async Task<IRoutedFleet> StartAsync(int workers)
    {
        var addresses = Enumerable.Range(0, workers).Select(_ => At(LoopbackPort.PickFree())).ToList();
        return new YarpFleet(
            await Task.WhenAll(addresses.Select(address => RivalWorker.StartAsync(RivalWorker.Yarp, address))),
            addresses);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _http.Dispose();
    }

    protected override Task ReplaceAsync(int worker, int size) => AddAsync(worker, size);

    // The worker has the routes up to the number from then on.
    protected override async Task AddAsync(int worker, int number)
    {
        using var response = await _http.PostAsync(new Uri(Workers[worker], $"admin/routes/{number}"), content: null);
        response.EnsureSuccessStatusCode();
    }
}
