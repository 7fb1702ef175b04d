using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Grains.Events;

/// <summary>The events of one registry at this silo, and who watches them.</summary>
internal sealed class RegistryEvents(
    Registry registry, PublishedRegistry published, TimeProvider clock, IServiceProvider services)
{
    private readonly Lock _turn = new();
    private EventReader? _reader;
    private int _watchers;

    public string Registry => registry.Name;

    /// <summary>How many watch at this silo.</summary>
    public int Watchers => Volatile.Read(ref _watchers);

    /// <summary>Begins to watch.</summary>
    /// <param name="after">The place to go on from; null for events from now on.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="Npgsql.NpgsqlException">The events cannot be read now.</exception>
    public async Task<EventWatcher> WatchAsync(EventCursor? after, CancellationToken cancellationToken)
    {
        var reader = Join();
        try
        {
            await reader.Opened.WaitAsync(cancellationToken);
            return new EventWatcher(registry.Name, reader, after ?? reader.Window.End, clock, Leave);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    // A reader that could not begin is not kept for the next.
    private EventReader Join()
    {
        lock (_turn)
        {
            _watchers++;
            if (_reader is null || _reader.Opened.IsFaulted || _reader.Opened.IsCanceled)
            {
                _reader?.Dispose();
                _reader = ActivatorUtilities.CreateInstance<EventReader>(services, registry, published);
            }

            return _reader;
        }
    }

    private void Leave()
    {
        lock (_turn)
        {
            _watchers--;
            if (_watchers == 0)
            {
                _reader!.Dispose();
                _reader = null;
            }
        }
    }
}
