using EndpointSync.Core;
using EndpointSync.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Tests.Worker;

public sealed class SnapshotTests : IDisposable
{
    private const int ServesSnapshot = 3110;
    private const int Unusable = 3111;
    private const int NotWritten = 3112;
    private const int Taken = 3118;
    private const int TakenOver = 3119;

    private readonly string _folder = Directory.CreateTempSubdirectory("worker").FullName;

    private string Snapshot => Path.Combine(_folder, "routes.json");

    private Dictionary<string, string?> Settings => new() { ["EndpointSync:Worker:SnapshotPath"] = Snapshot };

    [Fact]
    public async Task A_worker_serves_its_last_routes_before_it_reaches_a_silo()
    {
        await WriteAsync();
        using var silo = new ScriptedSilo { IsDown = true };
        await using var worker = await WorkerApp.StartAsync(Map, settings: Settings, silo: silo);

        Assert.Equal("a", await worker.TextAsync("/two"));
        Assert.Equal("1", (await worker.GetAsync("/one")).Version());
        Assert.Contains(
            "serves version 1 of openspp from the snapshot", (await worker.Log.FirstAsync(ServesSnapshot)).Message,
            StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, (await worker.HealthAsync()).Status);
    }

    [Fact]
    public async Task A_snapshot_of_the_silos_version_is_confirmed_and_an_older_one_caught_up()
    {
        await WriteAsync();
        using var silo = new ScriptedSilo();
        silo.Publish(1, Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/two"));
        await using var worker = await WorkerApp.StartAsync(Map, settings: Settings, silo: silo);
        await silo.ServesAsync(1);
        Assert.False(worker.Current.Routes!.FromSnapshot);

        silo.Publish(2, Routes.Of(1, "a", "/one"));
        await silo.ServesAsync(2);

        Assert.Equal(HealthStatus.Healthy, (await worker.HealthAsync()).Status);
    }

    [Fact]
    public async Task A_snapshot_that_differs_from_the_silos_table_of_the_same_version_is_replaced()
    {
        await WriteAsync();
        using var silo = new ScriptedSilo();
        silo.Publish(1, Routes.Of(1, "a", "/other"));
        await using var worker = await WorkerApp.StartAsync(Map, settings: Settings, silo: silo);
        await silo.ServesAsync(1);

        Assert.Equal("a", await worker.TextAsync("/other"));
    }

    [Theory]
    [InlineData("/two", "/2")]
    [InlineData("{", "[")]
    [InlineData("\"registry\":\"openspp\"", "\"registry\":\"other\"")]
    [InlineData("}}", "}")]
    public async Task A_file_that_was_changed_is_kept_aside_and_not_served(string text, string changed)
    {
        await WriteAsync();
        await File.WriteAllTextAsync(
            Snapshot, (await File.ReadAllTextAsync(Snapshot)).Replace(text, changed, StringComparison.Ordinal));

        await using var worker = await WorkerApp.StartAsync(Map, settings: Settings);

        Assert.Null(worker.Current.Routes);
        Assert.Contains(
            Snapshot, (await worker.Log.FirstAsync(Unusable).Within("the warning")).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Snapshot + ".unusable"));
    }

    [Theory]
    [InlineData("""{"checksum":7,"snapshot":{}}""", "Its checksum is not text")]
    [InlineData("""{"checksum":null,"snapshot":null}""", "Its checksum is not text")]
    [InlineData("""[]""", "It does not have the parts")]
    [InlineData("", "JSON")]
    public async Task A_file_of_another_format_is_kept_aside_and_not_served(string text, string reason)
    {
        await File.WriteAllTextAsync(Snapshot, text);

        await StartsWithoutAsync(reason);
    }

    [Theory]
    [InlineData("null", "It is empty")]
    [InlineData("""{"registry":"openspp","version":1,"hash":"","routes":null}""", "Routes")]
    [InlineData("""{"registry":"openspp","version":1,"hash":"","routes":[]}""", "'' is not a hash")]
    [InlineData("""{"registry":"openspp","version":1,"hash":"HASH","routes":[null]}""", "One of its routes is null")]
    [InlineData(
        """{"registry":"openspp","version":1,"hash":"HASH","routes":["""
        + """{"key":"k","rules":[null],"methods":[],"app":"a","hash":"HASH","problem":null}]}""",
        "null")]
    [InlineData(
        """{"registry":"openspp","version":1,"hash":"HASH","routes":["""
        + """{"key":"k","rules":["/"],"methods":[null],"app":"a","hash":"HASH","problem":null}]}""",
        "null")]
    public async Task Content_that_no_worker_writes_is_kept_aside_and_not_served(string content, string reason)
    {
        content = content.Replace("HASH", new string('0', 64), StringComparison.Ordinal);
        var sum = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        await File.WriteAllTextAsync(Snapshot, $$"""{"checksum":"{{sum}}","snapshot":{{content}}}""");

        await StartsWithoutAsync(reason);
    }

    [Fact]
    public async Task A_snapshot_of_another_registry_is_neither_served_nor_replaced_until_it_is_deleted()
    {
        await WriteAsync();
        var other = EndpointSync.Worker.Snapshots.Snapshot.Of("other", RouteImage.Empty);
        await EndpointSync.Worker.Snapshots.SnapshotFile.WriteAsync(Snapshot, other, CancellationToken.None);

        var written = await File.ReadAllTextAsync(Snapshot);

        await using (var worker = await WorkerApp.ServingAsync([Routes.Of(1, "a", "/one")], Map, settings: Settings))
        {
            var told = await worker.Log.FirstAsync(Taken).Within("the error");
            Assert.Contains($"{Snapshot} is of registry 'other'", told.Message, StringComparison.Ordinal);
            Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, told.Level);
        }

        Assert.Equal((written, 1), (await File.ReadAllTextAsync(Snapshot), Directory.GetFiles(_folder).Length));
        File.Delete(Snapshot);
        await WriteAsync();
    }

    [Fact]
    public async Task A_snapshot_of_another_process_is_read_left_as_it_is_and_taken_over_when_that_process_ends()
    {
        var first = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], Map,
            settings: new(Settings) { ["EndpointSync:Worker:Name"] = "first" });
        await Deadline.UntilAsync(() => Task.FromResult(File.Exists(Snapshot)), "the snapshot");
        var written = await File.ReadAllTextAsync(Snapshot);
        await using var second = await WorkerApp.StartAsync(Map, settings: Settings);
        Assert.Equal("a", await second.TextAsync("/one"));

        var told = await second.Log.FirstAsync(Taken).Within("the error");
        second.Silo.Publish(2, Routes.Of(2, "a", "/two"));
        await second.Silo.ServesAsync(2);

        Assert.Contains(
            $"{Snapshot} is in use by worker 'first' of registry 'openspp', process {Environment.ProcessId}",
            told.Message, StringComparison.Ordinal);
        Assert.Equal(written, await File.ReadAllTextAsync(Snapshot));
        await first.DisposeAsync();
        await second.Log.FirstAsync(TakenOver).Within("the other worker to take the file over");
        await Deadline.UntilAsync(
            async () => (await File.ReadAllTextAsync(Snapshot)).Contains("/two", StringComparison.Ordinal),
            "the new routes in the file");
        Assert.Single(second.Log.Entries, entry => entry.EventId == Taken);
    }

    [Fact]
    public async Task What_a_killed_process_left_beside_the_snapshot_keeps_nobody_out()
    {
        await File.WriteAllTextAsync($"{Snapshot}.lock", "");
        await File.WriteAllTextAsync($"{Snapshot}.owner", "worker 'killed'");

        await WriteAsync();
    }

    [Fact]
    public void One_file_for_two_registries_of_an_application_stops_the_start_and_names_both()
    {
        var application = WorkerApp.Build(
            new LogCapture(), Settings, builder => builder.AddEndpointSync("invoices"));

        var refused = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
            () => application.Services.GetRequiredService<Microsoft.Extensions.Options.IStartupValidator>().Validate());

        Assert.Contains(Snapshot, refused.Message, StringComparison.Ordinal);
        Assert.Contains("'invoices'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'openspp'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_cannot_be_written_is_a_warning_and_the_worker_keeps_serving()
    {
        var path = Path.Combine(_folder, "missing", "routes.json");
        await using var worker = await WorkerApp.ServingAsync(
            [Routes.Of(1, "a", "/one")], Map, settings: new() { ["EndpointSync:Worker:SnapshotPath"] = path });

        Assert.Contains(
            path, (await worker.Log.FirstAsync(NotWritten).Within("the warning")).Message, StringComparison.Ordinal);
        Assert.Equal("a", await worker.TextAsync("/one"));
    }

    private async Task StartsWithoutAsync(string reason)
    {
        await using var worker = await WorkerApp.StartAsync(Map, settings: Settings);

        Assert.Null(worker.Current.Routes);
        Assert.Contains(
            reason, (await worker.Log.FirstAsync(Unusable).Within("the warning")).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Snapshot + ".unusable"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task WriteAsync()
    {
        await using (
            await WorkerApp.ServingAsync(
                [Routes.Of(1, "a", "/one"), Routes.Of(2, "a", "/two")], Map, settings: Settings))
        {
            // The stop writes the snapshot, if it is not written yet.
        }

        Assert.Equal([Snapshot], Directory.GetFiles(_folder));
    }

    private static void Map(SyncedEndpointsBuilder apps) => apps.Map("a", () => "a");
}
