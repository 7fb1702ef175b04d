using System.Collections.Concurrent;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>One session that hears what triggers and SQL functions tell, and that notices when it hears nothing more.</summary>
internal sealed class ChangeListener : IAsyncDisposable
{
    private const string Channel = "endpoint_sync";

    private static readonly TimeSpan EchoPatience = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnection _connection;
    private readonly ConcurrentQueue<string> _heard = new();

    private ChangeListener(NpgsqlConnection connection)
    {
        _connection = connection;
        connection.Notification += (_, message) => _heard.Enqueue(message.Payload);
    }

    /// <summary>Connects, listens, and hears another session, which a session behind a transaction-mode pooler does not.</summary>
    /// <exception cref="NotificationsUnheardException">What the other session told did not arrive.</exception>
    /// <exception cref="NpgsqlException">Postgres cannot be reached or refused.</exception>
    public static async Task<ChangeListener> OpenAsync(ListenedDatabase database, CancellationToken cancellationToken)
    {
        var listener = new ChangeListener(await database.Source.OpenConnectionAsync(cancellationToken));
        try
        {
            await listener._connection.ExecuteAsync($"listen {Channel}", cancellationToken);
            await listener.HearOtherAsync(database, cancellationToken);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next messages; none if the patience ended first.</summary>
    /// <exception cref="NpgsqlException">The connection is lost.</exception>
    public async Task<IReadOnlyList<ChangeMessage>> HearAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_heard.IsEmpty)
        {
            await _connection.WaitAsync(patience, cancellationToken);
        }

        var messages = new List<ChangeMessage>();
        while (_heard.TryDequeue(out var payload))
        {
            messages.AddRange(ChangeMessage.Parse(payload) is { } message ? [message] : []);
        }

        return messages;
    }

    /// <summary>Asks whether the session still listens; a connection that was cut in silence does not answer in time.</summary>
    /// <exception cref="NotificationsUnheardException">Another session answered, as a pooler's does.</exception>
    /// <exception cref="NpgsqlException">The connection is lost.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (!await _connection.ScalarAsync<bool>(
                $"select exists (select from pg_listening_channels() as channel where channel = '{Channel}')", cancellationToken))
        {
            throw new NotificationsUnheardException();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    // Told by another session while this one is idle. What a session tells itself arrives behind a pooler too, with the answer to its statement.
    private async Task HearOtherAsync(ListenedDatabase database, CancellationToken cancellationToken)
    {
        await using (var other = await database.Source.OpenConnectionAsync(cancellationToken))
        {
            await other.ExecuteAsync($"notify {Channel}, 'echo'", cancellationToken);
        }

        if (!await _connection.WaitAsync(EchoPatience, cancellationToken))
        {
            throw new NotificationsUnheardException();
        }

        await ProbeAsync(cancellationToken);
    }
}
