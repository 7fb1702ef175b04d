using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>Waits that fail with the name of what was awaited.</summary>
public static class Deadline
{
    /// <summary>Far beyond what any wait here takes, even on a busy machine.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Awaits an event.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(MaxWait);
        }
        catch (TimeoutException) when (!task.IsCompleted)
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
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Waited {MaxWait} in vain for: {what}");
        }
    }

    /// <summary>
    /// Asks until the answer is yes. Only for what has no event, such as what Postgres shows in its views.
    /// </summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(MaxWait);
        var holds = await condition();
        while (!holds)
        {
            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {MaxWait} in vain for: {what}");
            }

            await Task.Delay(Pause, CancellationToken.None);
            holds = await condition();
        }
    }

    /// <summary>Waits until a query that returns one boolean returns true.</summary>
    public static async Task UntilAsync(this NpgsqlDataSource source, string condition, string what)
    {
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        await UntilAsync(() => connection.ScalarAsync<bool>(condition, CancellationToken.None), what);
    }

    /// <inheritdoc cref="UntilAsync(NpgsqlDataSource, string, string)" />
    public static Task UntilAsync(this TestDatabase database, string condition, string what) =>
        database.Source.UntilAsync(condition, what);

    /// <summary>Waits until this many sessions of the database wait for a lock.</summary>
    public static Task UntilBlockedAsync(this TestDatabase database, int count = 1) => database.UntilAsync(
        $"select count(*) >= {count} from pg_stat_activity where datname = current_database() "
        + "and wait_event_type = 'Lock'",
        $"{count} sessions that wait for a lock");
}
