using EndpointSync.Tools.Postgres;
using Npgsql;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>A separate folder for the servers of one test, with short forms for the tests.</summary>
public abstract class PrivatePostgresTestsFolder : IDisposable
{
    private readonly CancellationTokenSource _deadline = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken);

    protected PrivatePostgresTestsFolder() => _deadline.CancelAfter(TimeSpan.FromSeconds(60));

    protected string Folder { get; } = Path.Combine(Path.GetTempPath(), $"endpointsync-test-{Guid.NewGuid():N}");

    /// <summary>The deadline of the test, a minute after its start.</summary>
    protected CancellationToken Deadline => _deadline.Token;

    public void Dispose()
    {
        _deadline.Dispose();
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Copies the data of a stopped server into the folder, which takes a fraction of the time that its creation takes.
    /// </summary>
    protected async Task FillAsync() =>
        await (await TestContext.Current.GetFixture<PrivatePostgresTestsTemplate>())!.CopyToAsync(Folder, Deadline);

    private protected Task<PrivatePostgres> StartAsync() =>
        PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = Folder }, Deadline);

    private protected async Task<object?> AskAsync(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(Deadline);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Deadline);
    }

    protected static bool Runs(int processId)
    {
        try
        {
            using var process = SystemProcess.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // A server is stopped when it has removed its file; the process is gone a moment later.
    protected async Task AssertStoppedAsync(int serverProcessId)
    {
        Assert.False(File.Exists(Path.Combine(Folder, "data", "postmaster.pid")));
        await EndOfAsync(serverProcessId);
    }

    protected async Task EndOfAsync(int processId)
    {
        try
        {
            using var process = SystemProcess.GetProcessById(processId);
            await process.WaitForExitAsync(Deadline);
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }
}
