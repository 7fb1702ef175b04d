using EndpointSync.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Worker;

public sealed class RegistrationTests
{
    [Theory]
    [InlineData("Name", " ", "EndpointSync:Worker:Name (' ') must have 1 to 200 characters")]
    [InlineData("Silos:0", "10.0.0.1:5080", "EndpointSync:Worker:Silos ('10.0.0.1:5080') is not the URL of a silo")]
    [InlineData("Key", "with space", "EndpointSync:Worker:Key is empty or has characters that no key has")]
    [InlineData("KeyFile", "/no/such/file", "EndpointSync:Worker:KeyFile ('/no/such/file') does not exist")]
    [InlineData("KeyFile", "epsync_0123456789ab_0", "EndpointSync:Worker:KeyFile has a key. Set it to the path")]
    [InlineData("Tls:Certificate", "/no/such/file", "EndpointSync:Worker:Tls:Certificate and Tls:Key are needed")]
    [InlineData(
        "Tls:CertificateAuthority", "/no/such/file",
        "EndpointSync:Worker:Tls:CertificateAuthority ('/no/such/file') cannot be read")]
    [InlineData(
        "Tls:CertificateAuthority", "/dev/null",
        "EndpointSync:Worker:Tls:CertificateAuthority ('/dev/null') has no certificate in it")]
    [InlineData(
        "Tls:CertificateAuthority", "/dev/null", "EndpointSync:Worker:Silos ('http://127.0.0.1:1') has no https")]
    [InlineData("Silos:0", "https://a:sesame@silo.invalid", "EndpointSync:Worker:Silos has a URL with a name")]
    [InlineData(
        "SiloTimeout", "00:01:00",
        "EndpointSync:Worker:SiloTimeout (00:01:00) must lie between 00:00:00.1000000 and 00:00:30")]
    [InlineData("SnapshotPath", " ", "EndpointSync:Worker:SnapshotPath (' ') names no file")]
    [InlineData(
        "MinVersionTimeout", "-00:00:01",
        "EndpointSync:Worker:MinVersionTimeout (-00:00:01) must lie between 00:00:00 and 00:01:00")]
    [InlineData(
        "NotFoundTimeout", "00:00:11",
        "EndpointSync:Worker:NotFoundTimeout (00:00:11) must lie between 00:00:00 (no check) and 00:00:10")]
    public async Task A_wrong_option_stops_the_start_and_names_its_key(string key, string value, string complaint)
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(log, new() { [$"EndpointSync:Worker:{key}"] = value });

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => application.StartAsync());

        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://silo.invalid:5080", "a-key", 1)]
    [InlineData("http://silo.invalid:5080", null, 0)]
    [InlineData("https://silo.invalid:5443", "a-key", 0)]
    [InlineData("http://127.0.0.1:1", "a-key", 0)]
    public async Task A_key_that_goes_to_another_machine_unencrypted_is_warned_of_once(
        string silo, string? key, int warnings)
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(
            log, new() { ["EndpointSync:Worker:Key"] = key }, silos: [silo]);
        application.MapSyncedEndpoints(apps => apps.Map("a", () => "a"));

        await application.StartAsync(TestContext.Current.CancellationToken);
        // The first question has failed, and others follow it.
        await log.FirstAsync(3105);
        await application.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            Enumerable.Repeat($"sends its key unencrypted to {silo}/", warnings),
            log.Entries.Where(entry => entry.EventId == 3115)
                .Select(entry => entry.Message[entry.Message.IndexOf("sends", StringComparison.Ordinal)..])
                .Select(message => message[..message.IndexOf(": whoever", StringComparison.Ordinal)]));
        Assert.DoesNotContain(log.Entries, entry => entry.Message.Contains("a-key", StringComparison.Ordinal));
    }

    [Fact]
    public void An_invalid_registry_name_is_refused() =>
        Assert.Throws<ArgumentException>(() => WebApplication.CreateEmptyBuilder(new()).AddEndpointSync("Open SPP"));

    [Fact]
    public void A_registry_has_one_worker_in_an_application()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.AddEndpointSync("one").AddEndpointSync("two");

        Assert.Contains(
            "AddEndpointSync was called twice for 'one'",
            Assert.Throws<InvalidOperationException>(() => builder.AddEndpointSync("one")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_are_mapped_once()
    {
        using var log = new LogCapture();
        await using var application = WorkerApp.Build(log);
        application.MapSyncedEndpoints(apps =>
        {
            apps.Map("a", () => "a");
            Assert.Throws<ArgumentException>(() => apps.Map("a", () => "b"));
            apps.MapFallback(() => "c");
            Assert.Throws<InvalidOperationException>(() => apps.MapFallback(() => "d"));
        });

        Assert.Throws<InvalidOperationException>(() => application.MapSyncedEndpoints(_ => { }));
    }

    [Fact]
    public async Task Mapping_requires_the_worker()
    {
        await using var application = WebApplication.CreateSlimBuilder().Build();

        Assert.Contains(
            "AddEndpointSync",
            Assert.Throws<InvalidOperationException>(() => application.MapSyncedEndpoints(_ => { })).Message,
            StringComparison.Ordinal);
    }
}
