namespace EndpointSync.Grains.Publishing;

/// <summary>What is to be sent to one silo of one registry: one publication is under way, and those that come meanwhile become one that waits.</summary>
internal sealed class Outbox(Func<RoutePublication, Task> send)
{
    private readonly Lock _lock = new();
    private RoutePublication? _waiting;
    private bool _sending;

    public void Post(RoutePublication publication)
    {
        lock (_lock)
        {
            _waiting = _waiting?.Then(publication) ?? publication;
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        _ = SendAllAsync();
    }

    private async Task SendAllAsync()
    {
        while (Take() is { } publication)
        {
            await send(publication);
        }
    }

    private RoutePublication? Take()
    {
        lock (_lock)
        {
            var publication = _waiting;
            _waiting = null;
            _sending = publication is not null;
            return publication;
        }
    }
}
