using System.Text;
using EndpointSync.Tests.Process.Access;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

/// <summary>Two real silos, a database, and requests with an Idempotency-Key.</summary>
public sealed class IdempotencySilos : IAsyncLifetime
{
    private const int Gate = 4712;

    private readonly HttpClient _http = new();

    internal TestDatabase Database { get; private set; } = null!;

    internal ProtectedSilo First { get; private set; } = null!;

    internal ProtectedSilo Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync();
        First = await ProtectedSilo.StartAsync(Database);
        Second = await ProtectedSilo.StartAsync(Database, name: "silo-2");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Forgets what a test has left.</summary>
    public Task ClearAsync() => Database.ExecuteAsync(
        "delete from fastapi_endpoint; delete from orleans.idempotency_keys; delete from orleans.audit");

    internal Task<long> CountAsync() => Database.ScalarAsync<long>("select count(*) from fastapi_endpoint");

    internal async Task<HttpResponseMessage> SendAsync(
        ProtectedSilo silo, string key, string method, string path, string? body = null,
        string credential = ProtectedSilo.AdminKey, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri(silo.Address, $"api/v1/registries/openspp/{path}"));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.SendAsync(request, cancellationToken);
    }

    /// <summary>Holds up whoever adds an endpoint or makes a version.</summary>
    internal async Task<Npgsql.NpgsqlConnection> CloseGateAsync()
    {
        await Database.ExecuteAsync(
            $$"""
            create function gate() returns trigger language plpgsql as $gate$
              begin perform pg_advisory_xact_lock({{Gate}}); return new; end $gate$;
            create trigger gate before insert on fastapi_endpoint for each row execute function gate();
            create trigger gate before insert on endpoint_sync.versions for each row execute function gate()
            """);
        var holder = await Database.Source.OpenConnectionAsync();
        await RunAsync(holder, $"select pg_advisory_lock({Gate})");
        return holder;
    }

    internal async Task OpenGateAsync(Npgsql.NpgsqlConnection gate)
    {
        await RunAsync(gate, $"select pg_advisory_unlock({Gate})");
        await Database.UntilAsync(
            "select not exists (select from pg_stat_activity where datname = current_database() and "
            + "wait_event_type = 'Lock')",
            "the end of all waits");
        await Database.ExecuteAsync(
            "drop trigger gate on fastapi_endpoint; drop trigger gate on endpoint_sync.versions");
    }

    private static async Task RunAsync(Npgsql.NpgsqlConnection session, string sql)
    {
        await using var command = session.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
