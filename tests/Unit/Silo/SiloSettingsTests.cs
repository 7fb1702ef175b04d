using System.Text;
using EndpointSync.Grains.Configuration;
using EndpointSync.Silo;
using EndpointSync.Silo.Hosting;
using Microsoft.Extensions.Configuration;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class SiloSettingsTests
{
    private const string Database = "Host=db;Database=odoo";

    [Fact]
    public void With_defaults_only_a_database_and_a_registry_are_required()
    {
        var settings = Read(("Cluster:ConnectionString", Database), ("Registries:openspp:Schema", "public"));

        Assert.Equal(("endpointsync", "endpointsync", "", 11111, 30000), Place(settings.Cluster));
        Assert.Equal($"{Environment.MachineName}-11111", settings.Cluster.Name);
        Assert.Equal(
            (MembershipProfile.Balanced, false, false),
            (settings.Cluster.MembershipProfile,
                settings.Cluster.AllowPlaintextClusterTraffic, settings.StopWhenInputEnds));
        var registry = settings.Registries["openspp"];
        Assert.Equal(
            (null, "public", RegistryOptions.DefaultLockName, false),
            (registry.ConnectionString, registry.Schema, registry.LockName, registry.CreateTables));
        Assert.Equal((20, 15, 1, 1, 0.5), Seconds(settings.Sync));
    }

    [Fact]
    public void Every_key_is_read()
    {
        var settings = Read(
            ("Cluster:ConnectionString", Database), ("Cluster:ClusterId", "c"), ("Cluster:ServiceId", "s"),
            ("Cluster:SiloName", "one"),
            ("Cluster:AdvertisedAddress", "10.0.0.1"), ("Cluster:SiloPort", "1"), ("Cluster:GatewayPort", "2"),
            ("Cluster:MembershipProfile", "Fast"), ("Cluster:AllowPlaintextClusterTraffic", "true"),
            ("StopWhenInputEnds", "true"),
            ("Registries:a:ConnectionString", "Host=other"), ("Registries:a:Schema", "odoo"),
            ("Registries:a:LockName", "l"), ("Registries:a:CreateTables", "true"),
            ("Sync:Deadline", "00:00:08"), ("Sync:StatementTimeout", "00:00:07"), ("Sync:LockTimeout", "00:00:06"),
            ("Sync:IdleInTransactionTimeout", "00:00:05"),
            ("Sync:CoordinatorTimeout", "00:00:04"));

        Assert.Equal(("c", "s", "10.0.0.1", 1, 2), Place(settings.Cluster));
        Assert.Equal(
            ("one", MembershipProfile.Fast, true, true),
            (settings.Cluster.Name,
                settings.Cluster.MembershipProfile, settings.Cluster.AllowPlaintextClusterTraffic,
                settings.StopWhenInputEnds));
        var registry = settings.Registries["a"];
        Assert.Equal(
            ("Host=other", "odoo", "l", true),
            (registry.ConnectionString, registry.Schema, registry.LockName, registry.CreateTables));
        Assert.Equal((8, 7, 6, 5, 4), Seconds(settings.Sync));
    }

    [Theory]
    [InlineData("SiloListeningEndpoint", "0.0.0.0:11111", "SiloListeningEndpoint")]
    [InlineData("GatewayListeningEndpoint", "0.0.0.0:30000", "GatewayListeningEndpoint")]
    [InlineData("AdvertisedIPAddress", "10.0.0.1", "AdvertisedAddress")]
    [InlineData("SiloPort", "11111", "SiloPort")]
    public void Orleans_own_keys_for_the_ports_are_refused_with_ours(string key, string value, string ours)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EndpointSync:Cluster:ConnectionString"] = Database,
            ["EndpointSync:Registries:openspp:Schema"] = "public",
            [$"Orleans:Endpoints:{key}"] = value,
        }).Build();

        var refused = Assert.Throws<StartException>(() => SiloSettings.Read(configuration));

        Assert.Equal(StartException.WrongConfiguration, refused.ExitCode);
        Assert.Contains(
            $"Orleans:Endpoints:{key} ({value}) is Orleans' own key. Set EndpointSync:Cluster:{ours} instead",
            refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clutser:ClusterId", "x", "Clutser")]
    [InlineData("Cluster:Port", "1", "Port")]
    [InlineData("Registries:openspp:Lock", "x", "Lock")]
    [InlineData("Sync:Timeout", "00:00:01", "Timeout")]
    public void An_unknown_key_is_named(string key, string value, string named) =>
        Assert.Contains(
            $"'{named}'",
            Refusal(("Cluster:ConnectionString", Database), ("Registries:openspp:Schema", "public"), (key, value)));

    [Theory]
    [InlineData("Cluster:SiloPort", "many")]
    [InlineData("Sync:Deadline", "soon")]
    [InlineData("Cluster:MembershipProfile", "Slow")]
    [InlineData("Registries:openspp:CreateTables", "perhaps")]
    public void A_value_of_the_wrong_type_is_named_with_its_key(string key, string value)
    {
        var refusal = Refusal(
            ("Cluster:ConnectionString", Database), ("Registries:openspp:Schema", "public"), (key, value));

        Assert.Contains($"EndpointSync:{key}", refusal);
        Assert.Contains(value, refusal);
    }

    [Fact]
    public void All_problems_are_reported_together()
    {
        var refusal = Refusal(("Cluster:SiloPort", "0"), ("Sync:Deadline", "1.00:00:00"));

        Assert.StartsWith("The silo cannot start as it is configured:\n- ", refusal);
        Assert.Contains("Cluster:ConnectionString is empty", refusal);
        Assert.Contains("Cluster:SiloPort (0)", refusal);
        Assert.Contains("Registries is empty", refusal);
        Assert.Contains("Sync:Deadline", refusal);
    }

    [Fact]
    public void A_missing_section_is_reported_without_a_crash() =>
        Assert.Contains("Cluster:ConnectionString is empty", Refusal());

    [Theory]
    [InlineData(
        """{"Cluster":{"ConnectionString":"Host=db","ClusterId":null},"Registries":{"a":{"Schema":"public"}}}""",
        "ClusterId")]
    [InlineData("""{"Cluster":{"ConnectionString":"Host=db"},"Registries":{"a":{"Schema":null}}}""", "Schema")]
    [InlineData("""{"Cluster":{"ConnectionString":"Host=db"},"Registries":{"a":null}}""", "")]
    [InlineData("""{"Cluster":{"ConnectionString":"Host=db"},"Registries":null}""", "Registries is empty")]
    [InlineData("""{"Cluster":null,"Registries":{"a":{}}}""", "ConnectionString is empty")]
    [InlineData(
        """{"Cluster":{"ConnectionString":"Host=db"},"Registries":{"a":{"Schema":"public"}},"Sync":null}""", "")]
    public void A_null_in_a_file_means_the_default_or_is_reported_without_a_crash(string json, string complaint)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"EndpointSync":{{json}}}"""));
        var configuration = new ConfigurationBuilder().AddJsonStream(file).Build();

        var refusal = Record.Exception(() => SiloSettings.Read(configuration));

        if (refusal is not null)
        {
            Assert.Contains(complaint, Assert.IsType<StartException>(refusal).Message);
        }
    }

    private static SiloSettings Read(params (string Key, string Value)[] values) => SiloSettings.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                values.Select(value => KeyValuePair.Create($"EndpointSync:{value.Key}", (string?)value.Value)))
            .Build());

    private static string Refusal(params (string Key, string Value)[] values) =>
        Assert.Throws<StartException>(() => Read(values)).Message;

    private static (string, string, string, int, int) Place(ClusterSettings cluster) =>
        (cluster.ClusterId, cluster.ServiceId, cluster.AdvertisedAddress ?? "", cluster.SiloPort, cluster.GatewayPort);

    private static (double, double, double, double, double) Seconds(SyncOptions sync) =>
        (sync.Deadline.TotalSeconds, sync.StatementTimeout.TotalSeconds, sync.LockTimeout.TotalSeconds,
            sync.IdleInTransactionTimeout.TotalSeconds, sync.CoordinatorTimeout.TotalSeconds);
}
