using EndpointSync.Bench.Serving;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Propagation;

/// <summary>Two silos and eight workers; an endpoint is committed, and a reload is asked for.</summary>
internal sealed class EndpointSyncFleet : IRoutedFleet
{
    private readonly NpgsqlConnection _connection;
    private readonly ServingFleet _fleet;
    private readonly DeclaredEndpoints _endpoints;

    private EndpointSyncFleet(ServingFleet fleet, NpgsqlConnection connection)
    {
        (_fleet, _connection) = (fleet, connection);
        _endpoints = new DeclaredEndpoints(fleet, connection);
    }

    public IReadOnlyList<Uri> Workers => _fleet.Workers;

    public TimeSpan WarmUpTime => TimeSpan.FromSeconds(45);

    public static async Task<EndpointSyncFleet> StartAsync(
        PrivatePostgres postgres, ServingFleetOptions options)
    {
        var fleet = await ServingFleet.StartAsync(postgres, options);
        var connection = new NpgsqlConnection(options.ConnectionString(postgres));
        await connection.OpenAsync();
        return new EndpointSyncFleet(fleet, connection);
    }

    /// <summary>The first time it starts the workers too, which become ready when there are routes.</summary>
    public async Task DeclareAsync(int size)
    {
        await _endpoints.DeclareAsync(size);
        if (_fleet.Workers.Count == 0)
        {
            await _fleet.StartWorkersAsync();
        }
    }

    /// <summary>One row inserted and committed, where no trigger is.</summary>
    public Task CommitOnceAsync() => _endpoints.CommitOnceAsync();

    /// <summary>Commits the next endpoint, without a reload.</summary>
    /// <returns>Its path.</returns>
    public Task<string> CommitAsync() => _endpoints.AddAsync();

    /// <inheritdoc cref="ServingFleet.ReloadAsync" />
    public Task ReloadAsync() => _fleet.ReloadAsync();

    public async Task<string> AddAsync()
    {
        var path = await CommitAsync();
        await ReloadAsync();
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _fleet.DisposeAsync();
    }
}
