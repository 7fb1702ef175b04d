using System.Diagnostics;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using Npgsql;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// PostgreSQL on a machine of its own, run by an account of its own, with a certificate of our command. It takes
/// connections over the network with TLS only, and stops with the test.
/// </summary>
internal sealed class RemotePostgres : IAsyncDisposable
{
    private const string User = "endpointsync";
    private const string Password = "the password of the test";
    private const int Port = 5432;

    private readonly SystemProcess _process;
    private readonly ServerAccount _account;
    private readonly string _folder;
    private readonly int _machine;

    private RemotePostgres(SystemProcess process, ServerAccount account, string folder, int machine) =>
        (_process, _account, _folder, _machine) = (process, account, folder, machine);

    public string Server => $"{Namespaces.AddressOf(_machine)}:{Port}";

    private string Data => Path.Combine(_folder, "data");

    public static async Task<RemotePostgres> StartAsync(int machine, TestCertificates certificates)
    {
        var folder = Directory.CreateTempSubdirectory("endpointsync-db-").FullName;
        var account = await ServerAccount.ForThisProcessAsync(CancellationToken.None);
        await account.OwnAsync(folder, CancellationToken.None);
        var programs = await ServerPrograms.ChooseAsync(
            ServerSearch.OfThisMachine(), dataVersion: null, folder, CancellationToken.None);
        var data = Path.Combine(folder, "data");
        var made = await CommandLine.RunAsync(
            account.Command(
                "sh", "-c", "echo \"$0\" > \"$1/password\" && exec \"$2\" -D \"$1/data\" --username \"$3\" --pwfile "
                + "\"$1/password\" --auth scram-sha-256 --encoding UTF8 --locale C --no-sync",
                Password, folder, programs.InitDb, User),
            folder, CancellationToken.None);
        Assert.True(made.Succeeded, made.Output);
        await File.AppendAllTextAsync(
            Path.Combine(data, "pg_hba.conf"), "hostssl all all all scram-sha-256\n");
        await File.AppendAllTextAsync(
            Path.Combine(data, "postgresql.conf"),
            $"listen_addresses = '{Namespaces.AddressOf(machine)}'\nunix_socket_directories = ''\nssl = on\n"
            + $"max_connections = 300\nport = {Port}\n");
        await CopyCertificateAsync(certificates, account, data, machine);
        var server = new RemotePostgres(Run(account, programs, machine, data), account, folder, machine);
        await Deadline.UntilAsync(() => server.AnswersAsync(certificates), "PostgreSQL on a machine of its own");
        return server;
    }

    /// <summary>How to connect to it, for those who check its certificate.</summary>
    public string ConnectionString(TestCertificates certificates, bool isForeign = false) =>
        new NpgsqlConnectionStringBuilder(Unverified)
        {
            SslMode = SslMode.VerifyFull,
            RootCertificate = certificates.AuthorityFile(isForeign),
        }.ConnectionString;

    /// <summary>How to connect to it without a look at its certificate.</summary>
    // These machines have no DNS server, which Kerberos would ask for the database's name.
    public string Unverified => new NpgsqlConnectionStringBuilder
    {
        Host = Namespaces.AddressOf(_machine),
        Port = Port,
        Username = User,
        Password = Password,
        Database = "postgres",
        SslMode = SslMode.Require,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Has new connections use the certificate that was made last.</summary>
    public async Task ReloadAsync(TestCertificates certificates)
    {
        await CopyCertificateAsync(certificates, _account, Data, _machine);
        await using var source = NpgsqlDataSource.Create(ConnectionString(certificates));
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync("select pg_reload_conf()", CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().Within("PostgreSQL's end");
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync(TestCertificates certificates)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString(certificates));
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException) when (!_process.HasExited)
        {
            return false;
        }
    }

    // The shell stops the server when this process closes its input, by its end at the latest.
    private static SystemProcess Run(ServerAccount account, ServerPrograms programs, int machine, string data) =>
        SystemProcess.Start(new ProcessStartInfo(
            "ip",
            [
                "netns", "exec", Namespaces.NameOf(machine), .. account.Command(
                    "sh", "-c", "\"$0\" -D \"$1\" >\"$1.log\" 2>&1 & cat >/dev/null; kill -QUIT $!; wait",
                    Path.Combine(programs.Folder, "postgres"), data),
            ])
        { RedirectStandardInput = true })!;

    // The server's account owns the key, and nobody else reads it.
    private static async Task CopyCertificateAsync(
        TestCertificates certificates, ServerAccount account, string data, int machine)
    {
        foreach (var end in new[] { "key", "crt" })
        {
            var next = Path.Combine(data, $"next.{end}");
            File.Copy(certificates.PathOf($"server-{machine}.{end}"), next, overwrite: true);
            await account.OwnAsync(next, CancellationToken.None);
            File.Move(next, Path.Combine(data, $"server.{end}"), overwrite: true);
        }
    }
}
