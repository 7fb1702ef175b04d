using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>Ways to make the server refuse a sync.</summary>
internal static class Refusals
{
    /// <summary>
    /// The first writes to endpoint_route fail with an error code. The counter is a sequence, which is not rolled back.
    /// </summary>
    public static Task RefuseWritesAsync(this TestDatabase database, string sqlState, int times) =>
        database.ExecuteAsync(
        $"""
         create sequence public.refused;
         create function public.refuse() returns trigger language plpgsql as $$
         begin
           if nextval('public.refused') <= {times} then
             raise exception 'refused by the test' using errcode = '{sqlState}';
           end if;
           return new;
         end;
         $$;
         create trigger refuse before insert on endpoint_route for each statement execute function public.refuse();
         """);

    /// <summary>A session that has done something and not committed it.</summary>
    public static async Task<OpenSession> OpenAsync(this TestDatabase database, string sql)
    {
        var connection = await database.Source.OpenConnectionAsync(CancellationToken.None);
        var session = new OpenSession(connection, await connection.BeginTransactionAsync(CancellationToken.None));
        await session.ExecuteAsync(sql);
        return session;
    }
}

/// <summary>A session with an open transaction, which is rolled back at the end.</summary>
internal sealed class OpenSession(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public async Task ExecuteAsync(string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    public Task CommitAsync() => transaction.CommitAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
