using System.Collections.Concurrent;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// One session that receives the notifications of triggers and SQL functions, and detects when they stop arriving.
/// </summary>
internal sealed class ChangeListener : IAsyncDisposable
{
    private static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnection _connection;
    private readonly ConcurrentQueue<ChangeNotification> _received = new();

    private ChangeListener(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notification += (_, message) =>
        {
            if (ChangeNotification.Parse(message.Channel, message.Payload) is { } notification)
            {
                _received.Enqueue(notification);
            }
        };
    }

    /// <summary>
    /// Connects, listens, and verifies that another session's notification arrives. Behind a transaction-mode pooler
    /// none does.
    /// </summary>
    /// <exception cref="NotificationsNotReceivedException">The other session's notification did not arrive.</exception>
    /// <exception cref="NpgsqlException">Postgres cannot be reached or refused.</exception>
    public static async Task<ChangeListener> OpenAsync(ListenedDatabase database, CancellationToken cancellationToken)
    {
        var listener = new ChangeListener(await database.Source.OpenConnectionAsync(cancellationToken));
        try
        {
            await listener._connection.ExecuteAsync(
                $"listen {ChangeNotification.Changes}; listen {ChangeNotification.Versions}", cancellationToken);
            await listener.VerifyDeliveryAsync(database, cancellationToken);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next notifications; none if the timeout ended first.</summary>
    /// <exception cref="NpgsqlException">The connection is lost.</exception>
    public async Task<IReadOnlyList<ChangeNotification>> ReceiveAsync(
        TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_received.IsEmpty)
        {
            await _connection.WaitAsync(timeout, cancellationToken);
        }

        var messages = new List<ChangeNotification>();
        while (_received.TryDequeue(out var message))
        {
            messages.Add(message);
        }

        return messages;
    }

    /// <summary>
    /// Checks that the session still listens. A connection that was cut silently does not answer in time.
    /// </summary>
    /// <exception cref="NotificationsNotReceivedException">Another session answered, as happens behind a
    /// pooler.</exception>
    /// <exception cref="NpgsqlException">The connection is lost.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (!await _connection.ScalarAsync<bool>(
                "select exists (select from pg_listening_channels() as channel "
                + $"where channel = '{ChangeNotification.Changes}')",
                cancellationToken))
        {
            throw new NotificationsNotReceivedException();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Another session sends the notification while this one is idle. A session's own notification arrives even behind a
    // pooler, with the answer to its statement.
    private async Task VerifyDeliveryAsync(ListenedDatabase database, CancellationToken cancellationToken)
    {
        await using (var other = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            await other.ExecuteAsync($"notify {ChangeNotification.Changes}, 'echo'", cancellationToken);
        }

        if (!await _connection.WaitAsync(EchoTimeout, cancellationToken))
        {
            throw new NotificationsNotReceivedException();
        }

        await ProbeAsync(cancellationToken);
    }
}
