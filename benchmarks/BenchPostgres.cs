using EndpointSync.Tools.Postgres;

namespace EndpointSync.Bench;

/// <summary>A private PostgreSQL for one comparison, gone when it ends.</summary>
internal static class BenchPostgres
{
    public static Task UseAsync(Func<PrivatePostgres, Task> compare) =>
        UseAsync(new Dictionary<string, string>(), compare);

    /// <param name="settings">Settings of the server, as in postgresql.conf.</param>
    /// <param name="compare">The comparison.</param>
    public static async Task UseAsync(IReadOnlyDictionary<string, string> settings, Func<PrivatePostgres, Task> compare)
    {
        var wanted = Path.Combine(Directory.GetCurrentDirectory(), ".data", $"bench-{Environment.ProcessId}");
        string folder;
        await using (
            var postgres = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Directory = wanted, Settings = settings }))
        {
            folder = postgres.Directory;
            await compare(postgres);
        }

        Directory.Delete(folder, recursive: true);
        if (Directory.Exists(wanted))
        {
            Directory.Delete(wanted, recursive: true);
        }
    }
}
