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
    private readonly bool _signals;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _serving;
    private TaskCompletionSource<string>? _asked;
    private long _signal;

    private SteadyReader(UpstreamReader reader, bool signals)
    {
        _reader = reader;
        _signals = signals;
        _serving = Task.Run(ServeAllTheTimeAsync);
    }

    /// <summary>Requests served.</summary>
    public int Served { get; private set; }

    /// <param name="database">The database.</param>
    /// <param name="signals">Whether it follows Odoo's second channel, as Odoo does from 19 on.</param>
    public static async Task<SteadyReader> StartAsync(TestDatabase database, bool signals) =>
        new(await UpstreamReader.StartAsync(database), signals);

    /// <summary>The routes of the first request that begins from now on.</summary>
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
            await FollowAsync();
            var routes = await ServeAsync(late: Served % 2 == 0);
            Served++;
            asked?.SetResult(routes);
        }
    }

    private async Task<string> ServeAsync(bool late)
    {
        if (!late)
        {
            return await _reader.ServeAsync();
        }

        await _reader.BeginServingAsync();
        return await _reader.EndServingAsync();
    }

    // Odoo reads its signals before each request, in a separate transaction.
    private async Task FollowAsync()
    {
        if (!_signals)
        {
            return;
        }

        var signal = await _reader.ReadSignalAsync();
        if (signal != _signal)
        {
            _reader.Forget();
        }

        _signal = signal;
    }
}
