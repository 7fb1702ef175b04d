using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Silo;
using EndpointSync.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>Connection strings that others hand over below <c>ConnectionStrings</c>, as Aspire does.</summary>
public sealed class NamedConnectionStringTests
{
    private const string Database = "Host=db;Database=endpointsync";
    private const string Registry = "EndpointSync:Registries:openspp:ConnectionString";
    private const string Cluster = "EndpointSync:Cluster:ConnectionString";

    [Fact]
    public void The_cluster_uses_the_connection_string_of_its_name_where_it_has_none()
    {
        var settings = Read(("ConnectionStrings:endpointsync", Database), (Registry, "Host=other"));

        Assert.Equal(Database, settings.Cluster.ConnectionString);
        Assert.Equal("Host=other", settings.Registries["openspp"].ConnectionString);
    }

    [Fact]
    public void What_is_written_out_has_precedence() => Assert.Equal(
        "Host=written",
        Read(("ConnectionStrings:endpointsync", Database), (Cluster, "Host=written"), (Registry, "Host=other"))
            .Cluster.ConnectionString);

    [Theory]
    [InlineData("Name=odoo")]
    [InlineData(" name = odoo ; ")]
    public void A_name_stands_for_its_connection_string(string written)
    {
        var settings = Read(("ConnectionStrings:odoo", Database), (Cluster, written), (Registry, written));

        Assert.Equal(Database, settings.Cluster.ConnectionString);
        Assert.Equal(Database, settings.Registries["openspp"].ConnectionString);
    }

    [Fact]
    public void A_name_that_stands_for_nothing_is_refused_with_the_key_to_set()
    {
        var refused = Assert.Throws<StartException>(() => Read((Cluster, "Name=odoo"), (Registry, "Name=spp")));

        Assert.Contains($"{Cluster} names ConnectionStrings:odoo, which is not set", refused.Message);
        Assert.Contains($"{Registry} names ConnectionStrings:spp, which is not set", refused.Message);
    }

    [Fact]
    public void An_embedded_silo_reads_the_same_sections()
    {
        using var host = Embed(
            ("ConnectionStrings:endpointsync", Database), ("EndpointSync:Registries:openspp:Schema", "odoo"),
            ("EndpointSync:Sync:Deadline", "00:00:08"), ("EndpointSync:Sync:StatementTimeout", "00:00:05"),
            ("EndpointSync:History:MostVersions", "7"));

        var registries = host.Services.GetRequiredService<IOptions<RegistriesOptions>>().Value;
        Assert.Equal(Database, registries.ClusterConnectionString);
        Assert.Equal("odoo", registries.Registries["openspp"].Schema);
        Assert.Equal(
            TimeSpan.FromSeconds(8), host.Services.GetRequiredService<IOptions<SyncOptions>>().Value.Deadline);
        Assert.Equal(7, host.Services.GetRequiredService<IOptions<HistoryOptions>>().Value.MostVersions);
    }

    [Fact]
    public void An_embedded_silo_without_a_database_and_a_registry_is_refused_with_the_keys_to_set()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Embed());

        Assert.Contains(
            "EndpointSync:Cluster:ConnectionString is empty: set it, or ConnectionStrings:endpointsync",
            refused.Message);
        Assert.Contains("EndpointSync:Registries is empty", refused.Message);
    }

    [Fact]
    public void An_unknown_key_of_an_embedded_silo_is_named() => Assert.Contains(
        "'Lock'",
        Assert.Throws<InvalidOperationException>(
            () => Embed(("ConnectionStrings:endpointsync", Database), ("EndpointSync:Registries:openspp:Lock", "x")))
            .InnerException!.Message);

    private static SiloSettings Read(params (string Key, string Value)[] values) => SiloSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(Pairs(values)).Build());

    private static IHost Embed(params (string Key, string Value)[] values)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(Pairs(values));
        builder.UseOrleans(silo => silo.UseLocalhostClustering().AddEndpointSync());
        return builder.Build();
    }

    private static IEnumerable<KeyValuePair<string, string?>> Pairs((string Key, string Value)[] values) =>
        values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value));
}
