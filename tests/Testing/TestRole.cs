using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// A role that may log in and owns nothing. Roles belong to the whole server, so it is dropped at the end, with
/// everything that it owns by then.
/// </summary>
public sealed class TestRole : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private TestRole(TestDatabase database) => _database = database;

    /// <summary>The role's name, and its password.</summary>
    public string Name { get; } = $"role_{Guid.NewGuid():N}";

    /// <summary>How it connects to the database.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(
            _database.ConnectionString)
        { Username = Name, Password = Name }.ConnectionString;

    /// <summary>A role with the privileges of every role only; in schema public, even these are revoked.</summary>
    public static async Task<TestRole> CreateAsync(TestDatabase database)
    {
        var role = new TestRole(database);
        await database.ExecuteAsync(
            $"create role {role.Name} login password '{role.Name}'; revoke all on schema public from public");
        return role;
    }

    public async ValueTask DisposeAsync() =>
        await _database.ExecuteAsync($"drop owned by {Name} cascade; drop role {Name}");
}
