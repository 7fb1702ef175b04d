using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using EndpointSync.Tools.Postgres;
using Npgsql;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgresTests : PrivatePostgresTestsFolder
{
    [Fact]
    public async Task A_fresh_folder_gets_a_server_with_durable_commits_on_the_loopback_address_only()
    {
        await using var server = await StartAsync();

        Assert.False(server.Adopted);
        Assert.Equal("endpointsync", await AskAsync(server, "select current_user::text"));
        Assert.Equal(
            "127.0.0.1||on|on|on|on|300|UTF8|C",
            await AskAsync(server, """
                select concat_ws('|', current_setting('listen_addresses'), current_setting('unix_socket_directories'),
                  current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
                  current_setting('data_checksums'), current_setting('max_connections'),
                  current_setting('server_encoding'), datcollate)
                from pg_database where datname = current_database()
                """));
        Assert.Contains(
            "ready to accept connections", await File.ReadAllTextAsync(server.LogFile, Deadline),
            StringComparison.Ordinal);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, "password")));
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await FillAsync();
        await using var server = await StartAsync();

        await using var connection = new Npgsql.NpgsqlConnection(
            $"Host=127.0.0.1;Port={server.Port};Username=endpointsync;Password=guess;Pooling=false");
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.OpenAsync(Deadline));
        Assert.Equal("28P01", refused.SqlState);
    }

    [Fact]
    public async Task A_process_that_has_taken_the_servers_port_does_not_get_the_password()
    {
        await FillAsync();
        NpgsqlConnectionStringBuilder settings;
        await using (var server = await StartAsync())
        {
            settings = new NpgsqlConnectionStringBuilder(server.ConnectionString()) { Pooling = false };
        }

        using var impostor = new TcpListener(IPAddress.Loopback, 0);
        impostor.Start();
        settings.Port = ((IPEndPoint)impostor.LocalEndpoint).Port;
        var said = AskForPasswordAsync(impostor);
        await using var connection = new NpgsqlConnection(settings.ConnectionString);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.OpenAsync(Deadline));

        Assert.NotEmpty(settings.Password!);
        Assert.DoesNotContain(settings.Password!, await said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_password_and_port_are_kept_between_runs_and_settings_apply_at_each_start()
    {
        await FillAsync();
        string first;
        await using (var server = await StartAsync())
        {
            first = server.ConnectionString();
            await AskAsync(server, "create table kept (id int)");
        }

        var settings =
            new Dictionary<string, string> { ["application_name"] = @"it's a \ test", ["max_connections"] = "20" };
        await using var again = await PrivatePostgres.StartAsync(
            new PrivatePostgresOptions { Directory = Folder, Settings = settings }, Deadline);
        Assert.Equal(first, again.ConnectionString());
        Assert.Equal(0L, await AskAsync(again, "select count(*) from kept"));
        Assert.Equal("20", await AskAsync(again, "show max_connections"));
        Assert.Equal(
            @"it's a \ test",
            await AskAsync(again, "select reset_val from pg_settings where name = 'application_name'"));
    }

    [Fact]
    public async Task The_second_use_in_a_process_adopts_the_server_and_the_last_one_out_stops_it()
    {
        await FillAsync();
        var first = await StartAsync();
        var second = await StartAsync();
        Assert.True(second.Adopted);
        Assert.Equal(first.ProcessId, second.ProcessId);

        await first.DisposeAsync();
        Assert.Equal(1, await AskAsync(second, "select 1"));

        await second.DisposeAsync();
        await AssertStoppedAsync(second.ProcessId);
        await second.DisposeAsync();
    }

    [Fact]
    public async Task A_user_that_comes_while_the_last_one_leaves_gets_a_running_server()
    {
        await FillAsync();
        var current = await StartAsync();
        for (var round = 0; round < 8; round++)
        {
            var leaving = current.DisposeAsync().AsTask();
            current = await StartAsync();
            Assert.Equal(1, await AskAsync(current, "select 1"));
            await leaving;
            Assert.Equal(1, await AskAsync(current, "select 1"));
        }

        await current.DisposeAsync();
        await AssertStoppedAsync(current.ProcessId);
    }

    [Fact]
    public async Task A_crashed_server_is_started_again()
    {
        await FillAsync();
        await using var first = await StartAsync();
        using (var postmaster = SystemProcess.GetProcessById(first.ProcessId))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync(Deadline);
        }

        await using var second = await StartAsync();
        Assert.False(second.Adopted);
        Assert.Equal(1, await AskAsync(second, "select 1"));
    }

    [Fact]
    public async Task A_process_that_merely_has_the_id_of_an_earlier_server_is_left_alone()
    {
        await FillAsync();
        await (await StartAsync()).DisposeAsync();
        string[] account = Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--clear-groups"]
            : ["env"];
        using var stranger = SystemProcess.Start(new ProcessStartInfo(account[0], [.. account[1..], "sleep", "300"]))!;
        try
        {
            await File.WriteAllTextAsync(
                Path.Combine(
                    Folder, "data",
                    "postmaster.pid"), $"{stranger.Id}\n{Folder}/data\n1\n5432\n\n127.0.0.1\n1 1\nready\n", Deadline);

            var server = await StartAsync();
            Assert.False(server.Adopted);
            Assert.Equal(1, await AskAsync(server, "select 1"));
            await server.DisposeAsync();
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task Data_that_was_never_finished_is_created_again()
    {
        var unfinished = Directory.CreateDirectory(Path.Combine(Folder, "data.new-killed")).FullName;
        await File.WriteAllTextAsync(Path.Combine(unfinished, "PG_VERSION"), "15\n", Deadline);

        await using var server = await StartAsync();
        Assert.Equal(1, await AskAsync(server, "select 1"));
        Assert.False(Directory.Exists(unfinished));
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing_that_stops_the_next_one()
    {
        using var cancel = new CancellationTokenSource();
        var cancelled = PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = Folder }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        await using var server = await StartAsync();
        Assert.Equal(1, await AskAsync(server, "select 1"));
    }

    [Fact]
    public async Task A_start_that_fails_quotes_the_reason_from_the_log()
    {
        await FillAsync();
        var options = new PrivatePostgresOptions
        {
            Directory = Folder,
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "plenty" },
        };
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PrivatePostgres.StartAsync(options, Deadline));
        Assert.Contains(
            "invalid value for parameter \"shared_buffers\": \"plenty\"", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_past_50_MB_is_moved_away_at_the_next_start()
    {
        await FillAsync();
        await (await StartAsync()).DisposeAsync();
        var log = Path.Combine(Folder, "postgres.log");
        await using (var file = new FileStream(log, FileMode.Open))
        {
            file.SetLength((50 * 1024 * 1024) + 1);
        }

        await using var server = await StartAsync();
        Assert.InRange(new FileInfo(log).Length, 1, 1024 * 1024);
        Assert.True(File.Exists(log + ".1"));
    }

    [Fact]
    public async Task Without_a_watchdog_the_last_one_out_stops_the_server_itself()
    {
        await FillAsync();
        var options = new PrivatePostgresOptions { Directory = Folder };
        var first = await PrivatePostgres.StartAsync(options, ServerSearch.OfThisMachine(), watchdog: false, Deadline);
        var second = await PrivatePostgres.StartAsync(options, ServerSearch.OfThisMachine(), watchdog: false, Deadline);
        Assert.True(second.Adopted);

        await first.DisposeAsync();
        Assert.Equal(1, await AskAsync(second, "select 1"));
        await second.DisposeAsync();
        await AssertStoppedAsync(second.ProcessId);
    }

    // Refuses encryption, asks for the password in clear, and returns all that the client says after that.
    private async Task<string> AskForPasswordAsync(TcpListener impostor)
    {
        using var client = await impostor.AcceptTcpClientAsync(Deadline);
        await using var stream = client.GetStream();
        var isStartup = false;
        while (!isStartup)
        {
            var head = new byte[8];
            await stream.ReadExactlyAsync(head, Deadline);
            var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(head) - head.Length];
            await stream.ReadExactlyAsync(rest, Deadline);
            isStartup = rest.Length > 0;
            await stream.WriteAsync(isStartup ? (byte[])[(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3] : [(byte)'N'], Deadline);
        }

        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Deadline);
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
