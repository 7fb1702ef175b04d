using System.Diagnostics.CodeAnalysis;

namespace EndpointSync.Core;

/// <summary>
/// An in-memory queue of one item. While a send is under way, newer items are merged into the waiting one. Use it for
/// messages where only the newest state matters.
/// </summary>
/// <param name="send">Sends one item; it must not throw.</param>
/// <param name="merge">Combines the waiting item with a newer one.</param>
internal sealed class CoalescingSender<T>(Func<T, Task> send, Func<T, T, T> merge)
{
    private readonly Lock _lock = new();
    private T? _waiting;
    private bool _isWaiting;
    private bool _isSending;

    /// <summary>Sends an item now, or as soon as the current send has ended.</summary>
    public void Post(T item)
    {
        lock (_lock)
        {
            _waiting = _isWaiting ? merge(_waiting!, item) : item;
            _isWaiting = true;
            if (_isSending)
            {
                return;
            }

            _isSending = true;
        }

        _ = SendAllAsync();
    }

    private async Task SendAllAsync()
    {
        while (TryTake(out var item))
        {
            await send(item);
        }
    }

    private bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_lock)
        {
            item = _waiting;
            _isSending = _isWaiting;
            (_waiting, _isWaiting) = (default, false);
            return _isSending;
        }
    }
}
