using Npgsql;

namespace EndpointSync.Bench.Serving;

/// <summary>
/// The endpoints of a fleet's registry, numbered from 1 as their ids are until some are deleted, and the SQL session
/// that writes them.
/// </summary>
internal sealed class DeclaredEndpoints(ServingFleet fleet, NpgsqlConnection connection)
{
    // A sync has a deadline; it is not measured here.
    private const int MostAtOnce = 5_000;

    public int Count { get; private set; }

    /// <summary>
    /// Declares endpoints until there are so many, or deletes those beyond, and returns when every worker serves the
    /// last one.
    /// </summary>
    public async Task DeclareAsync(int size)
    {
        await ExecuteAsync("create table if not exists bench_floor (id bigserial primary key)");
        while (Count != size)
        {
            await (Count < size ? InsertAsync(Math.Min(MostAtOnce, size - Count)) : DeleteAfterAsync(size));
            await fleet.ReloadAsync();
        }

        await fleet.Asked.UntilServedAsync(PathOf(size));
    }

    /// <summary>Commits one more endpoint, and asks for no reload.</summary>
    /// <returns>Its path.</returns>
    public async Task<string> AddAsync()
    {
        await InsertAsync(1);
        return PathOf(Count);
    }

    /// <summary>One row inserted and committed, where no trigger is.</summary>
    public Task CommitOnceAsync() => ExecuteAsync("insert into bench_floor default values");

    public async Task ExecuteAsync(string statements)
    {
        await using var command = new NpgsqlCommand(statements, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string query)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static string PathOf(int number) => $"{RootPathOf(number)}/";

    public static string RootPathOf(int number) => $"/services/{number}";

    private async Task InsertAsync(int more)
    {
        await ExecuteAsync(
            $"""
             insert into fastapi_endpoint
               (name, root_path, app, active, registry_sync, save_http_session, create_date, write_date)
             select 'service ' || n, '/services/' || n, 'api_v2', true, false, false,
               now() at time zone 'utc', now() at time zone 'utc'
             from generate_series({Count + 1}, {Count + more}) as n
             """);
        Count += more;
    }

    private async Task DeleteAfterAsync(int size)
    {
        await ExecuteAsync(
            $"delete from fastapi_endpoint where name in (select 'service ' || n "
            + $"from generate_series({size + 1}, {Count}) as n)");
        Count = size;
    }
}
