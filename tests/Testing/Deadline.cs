using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Testing;

/// <summary>Waits that fail with the name of what was awaited.</summary>
public static class Deadline
{
    /// <summary>Far beyond what any wait here takes, even on a busy machine.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    /// <summary>Awaits an event.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(MaxWait);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {MaxWait} in vain for: {what}");
        }
    }

    /// <summary>Awaits an event.</summary>
    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(MaxWait);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {MaxWait} in vain for: {what}");
        }
    }

    /// <summary>
    /// Waits until a query that returns one boolean returns true. Postgres has no event for what its views show, such
    /// as a session that waits for a lock.
    /// </summary>
    public static async Task UntilAsync(this TestDatabase database, string condition, string what)
    {
        using var deadline = new CancellationTokenSource(MaxWait);
        await using var connection = await database.Source.OpenConnectionAsync(CancellationToken.None);
        var holds = await connection.ScalarAsync<bool>(condition, CancellationToken.None);
        while (!holds)
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {MaxWait} in vain for: {what}");
            }

            await connection.ExecuteAsync("select pg_sleep(0.005)", CancellationToken.None);
            holds = await connection.ScalarAsync<bool>(condition, CancellationToken.None);
        }
    }

    /// <summary>Waits until this many sessions of the database wait for a lock.</summary>
    public static Task UntilBlockedAsync(this TestDatabase database, int count = 1) => database.UntilAsync(
        $"select count(*) >= {count} from pg_stat_activity where datname = current_database() "
        + "and wait_event_type = 'Lock'",
        $"{count} sessions that wait for a lock");
}
