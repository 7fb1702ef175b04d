using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>A role that may log in and owns nothing; roles belong to the whole server, so it is dropped at the end, with what it came to own.</summary>
public sealed class TestRole : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private TestRole(TestDatabase database) => _database = database;

    /// <summary>The role's name, and its password.</summary>
    public string Name { get; } = $"role_{Guid.NewGuid():N}";

    /// <summary>How it connects to the database.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = Name, Password = Name }.ConnectionString;

    /// <summary>A role without any privilege that was not given to everybody; from schema public even that is taken away.</summary>
    public static async Task<TestRole> CreateAsync(TestDatabase database)
    {
        var role = new TestRole(database);
        await database.ExecuteAsync($"create role {role.Name} login password '{role.Name}'; revoke all on schema public from public");
        return role;
    }

    public async ValueTask DisposeAsync() => await _database.ExecuteAsync($"drop owned by {Name} cascade; drop role {Name}");
}
