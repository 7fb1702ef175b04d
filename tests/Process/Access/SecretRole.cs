using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process.Access;

/// <summary>A database of its own, whose role has a password that nothing else looks like.</summary>
internal sealed class SecretRole : IAsyncDisposable
{
    private readonly string _name = $"secret_{Guid.NewGuid():N}";

    private SecretRole(TestDatabase database, string password) => (Database, Password) = (database, password);

    public TestDatabase Database { get; }

    public string Password { get; }

    public string ConnectionString => With(Password);

    public static async Task<SecretRole> CreateAsync(string password)
    {
        var role = new SecretRole(await TestDatabase.CreateAsync(), password);
        await role.Database.ExecuteAsync($"create role {role._name} superuser login password '{password}'");
        return role;
    }

    public string With(string password) => new NpgsqlConnectionStringBuilder(Database.ConnectionString)
    {
        Username = _name,
        Password = password,
    }.ConnectionString;

    /// <summary>Ends its sessions, and refuses those to come.</summary>
    public Task ShutOutAsync() => Database.ExecuteAsync(
        $"alter role {_name} password 'another'; "
        + $"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{_name}'");

    public Task LetInAsync() => Database.ExecuteAsync($"alter role {_name} password '{Password}'");

    public async ValueTask DisposeAsync()
    {
        await Database.ExecuteAsync($"drop owned by {_name} cascade; drop role {_name}");
        await Database.DisposeAsync();
    }
}
