using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Upstream;

/// <summary>
/// An Odoo worker under constant requests. The transaction of every second request runs another query before it reads
/// the routes.
/// </summary>
internal sealed class SteadyReader : IAsyncDisposable
{
    private readonly UpstreamReader _reader;
    private readonly TimeSpan _delay;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _serving;
    private TaskCompletionSource<string>? _asked;

    private SteadyReader(UpstreamReader reader, TimeSpan delay)
    {
        _reader = reader;
        _delay = delay;
        _serving = Task.Run(ServeAllTheTimeAsync);
    }

    /// <summary>Requests served.</summary>
    public int Served { get; private set; }

    /// <param name="database">The database.</param>
    /// <param name="release">The release of Odoo.</param>
    /// <param name="delay">How old the snapshot of every second request is when it reads the signals.</param>
    public static async Task<SteadyReader> StartAsync(TestDatabase database, OdooRelease release, TimeSpan delay) =>
        new(await UpstreamReader.StartAsync(database, release), delay);

    /// <summary>The routes of the first request that begins from now on, each with the app that answers it.</summary>
    public Task<string> NextAsync()
    {
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _asked, asked);
        return asked.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _serving;
        await _reader.DisposeAsync();
        _stopped.Dispose();
    }

    private async Task ServeAllTheTimeAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            var asked = Interlocked.Exchange(ref _asked, null);
            await _reader.BeginServingAsync();
            if (Served % 2 == 0 && _delay > TimeSpan.Zero)
            {
                await Task.Delay(_delay);
            }

            var routes = await _reader.EndServingAppsAsync();
            Served++;
            asked?.SetResult(routes);
        }
    }
}
