using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Events;

/// <summary>Why events are missing between a cursor and those that follow.</summary>
internal enum EventGap
{
    None,

    /// <summary>They are older than what is kept.</summary>
    Pruned,

    /// <summary>The database does not have the event of the cursor: it went back to a backup or a standby.</summary>
    OtherHistory,
}

/// <summary>Events in their order, and whether others are missing before them.</summary>
internal sealed record EventPage(IReadOnlyList<RegistryEvent> Events, EventGap Gap);

/// <summary>The events of a registry in its database. Triggers write them there.</summary>
internal sealed class EventStore(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<EventStore>();

    /// <summary>The events behind a cursor. With <see cref="EventGap.OtherHistory"/> there are none.</summary>
    /// <param name="after">The cursor.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<EventPage> ReadAsync(EventCursor after, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        var events = await connection.ListAsync(
            Sql["after"], Read, cancellationToken, database.SchemaName, PostgresCommands.Value(after.Number),
            PostgresCommands.Value(most + 1));
        if (after.Number == 0)
        {
            return new EventPage(
                events.Count > most ? events[..most] : events,
                events is [{ Cursor.Number: > 1 }, ..] ? EventGap.Pruned : EventGap.None);
        }

        return events switch
        {
            [{ Cursor: { } first }, ..] when first == after => new EventPage(events[1..], EventGap.None),
            [{ Cursor: { } first }, ..] when first.Number > after.Number => new EventPage(
                events.Count > most ? events[..most] : events, EventGap.Pruned),
            _ => new EventPage([], EventGap.OtherHistory),
        };
    }

    /// <summary>The newest events, in their order.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<List<RegistryEvent>> ReadNewestAsync(int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["newest"], Read, cancellationToken, database.SchemaName, PostgresCommands.Value(most));
    }

    /// <summary>Deletes some of the events that are too old or too many, unless another silo is about to.</summary>
    /// <param name="retention">The age at which an event is too old.</param>
    /// <param name="mostEvents">How many are kept at most.</param>
    /// <param name="most">How many to delete at most.</param>
    /// <param name="cancellationToken">Ends the attempt; nothing is deleted then.</param>
    /// <returns>How many were deleted; less than <paramref name="most"/> if there are no more.</returns>
    public Task<int> DeleteOldAsync(
        TimeSpan retention, int mostEvents, int most, CancellationToken cancellationToken) => OldRows.DeleteAsync(
            database.Source, $"event {database.Sql.Schema}", Sql["delete_old"], cancellationToken, database.SchemaName,
            PostgresCommands.Value(retention), PostgresCommands.Value((long)mostEvents), PostgresCommands.Value(most));

    private RegistryEvent Read(NpgsqlDataReader row) => RegistryEvent.Stored(
        database.Name, new EventCursor(row.Long("number"), row.Text("mark")), row.Text("kind"),
        row.Time("occurred_at"), row.Text("data"));
}
