using System.Text.RegularExpressions;
using EndpointSync.Silo.Hosting;
using EndpointSync.Tools.Postgres;
using EndpointSync.Worker;
using Microsoft.Extensions.Configuration;

namespace EndpointSync.Tests.Unit.Deployment;

/// <summary>The compose files, as far as they can be checked without an engine.</summary>
public sealed partial class ComposeTests
{
    private static readonly Yaml Cluster = Assert.Single(Yaml.Read("docker/compose.yaml"));
    private static readonly Yaml BesideOdoo = Assert.Single(Yaml.Read("docker/compose.odoo.yaml"));

    [Fact]
    public void Silos_accept_every_setting_alone_and_beside_Odoo()
    {
        var silos = ServicesOf("endpointsync-silo").ToList();
        Assert.Equal(3, silos.Count);
        foreach (var (name, service) in silos)
        {
            var own = Environment(service["environment"]);
            var settings = SiloSettings.Read(Configuration(own));

            Assert.Equal(name, settings.Cluster.SiloName);
            Assert.True(settings.Registries["openspp"].CreateTables);
            Assert.Contains(
                new Uri(settings.Http.AdvertisedUrl!).Host, own["AllowedHosts"]!.Split(';'), StringComparer.Ordinal);
            Assert.True(settings.Http.IsProtected);

            var added = Environment(BesideOdoo["services"][name]["environment"]);
            var beside = SiloSettings.Read(
                Configuration([.. own.Where(pair => !added.ContainsKey(pair.Key)), .. added]));
            Assert.False(beside.Registries["openspp"].CreateTables);
            Assert.NotNull(beside.Registries["openspp"].ConnectionString);
        }
    }

    [Fact]
    public void Workers_accept_every_setting_and_know_every_silo()
    {
        var workers = ServicesOf("endpointsync-sample-worker").ToList();
        Assert.Equal(2, workers.Count);
        foreach (var (name, service) in workers)
        {
            var settings = Configuration(Environment(service["environment"])).GetSection(WorkerOptions.Section)
                .Get<WorkerOptions>(binder => binder.ErrorOnUnknownConfiguration = true)!;

            Assert.Equal(name, settings.Name);
            Assert.Equal(
                ServicesOf("endpointsync-silo").Select(
                    silo => Environment(silo.Service["environment"])["EndpointSync__Http__AdvertisedUrl"]),
                settings.Silos);
            Assert.Equal(
                $"/run/secrets/{Assert.Single(service["secrets"].Items).Text}", settings.KeyFile);
        }
    }

    [Fact]
    public void Workers_of_Odoo_know_every_silo_by_settings_that_their_module_has()
    {
        var variables = Environment(Yaml.Read("docker/compose.odoo-workers.yaml").Single()["services"]["odoo"][
            "environment"]);

        Assert.Equal(
            ServicesOf("endpointsync-silo").Select(
                silo => Environment(silo.Service["environment"])["EndpointSync__Http__AdvertisedUrl"]),
            variables["ENDPOINTSYNC_URL"]!.Split(' '));
        var settings = File.ReadAllText(Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, "integrations/odoo/endpoint_sync/feed/settings.py"));
        Assert.All(
            variables.Keys,
            name => Assert.Contains(
                $"    \"{name["ENDPOINTSYNC_".Length..].ToLowerInvariant()}\": ", settings, StringComparison.Ordinal));
    }

    [Fact]
    public void No_port_is_open_to_other_machines_and_no_process_of_ours_may_write_or_gain_rights()
    {
        foreach (var (name, service) in Cluster["services"].Entries)
        {
            Assert.All(
                service.Find("ports")?.Items ?? [],
                port => Assert.StartsWith("127.0.0.1:", port.Text, StringComparison.Ordinal));
            if (name != "database")
            {
                Assert.Equal("true", service["read_only"].Text);
                Assert.Equal("ALL", Assert.Single(service["cap_drop"].Items).Text);
                Assert.Equal("no-new-privileges:true", Assert.Single(service["security_opt"].Items).Text);
            }
        }

        Assert.Null(Cluster["services"]["database"].Find("ports"));
        Assert.Equal("inside", Assert.Single(Cluster["services"]["database"]["networks"].Items).Text);
        Assert.Equal("true", Cluster["networks"]["inside"]["internal"].Text);
    }

    private static IEnumerable<(string Name, Yaml Service)> ServicesOf(string image) =>
        Cluster["services"].Entries.Where(service => service.Value.Find("image")?.Text == image);

    // What the person who starts it fills in.
    private static Dictionary<string, string?> Environment(Yaml variables) => variables.Entries.ToDictionary(
        variable => variable.Key,
        variable => (string?)Variable().Replace(
            variable.Value.Text,
            match => match.Groups["name"].Value.EndsWith("_HASH", StringComparison.Ordinal)
                ? new string('0', 64)
                : "x"),
        StringComparer.Ordinal);

    private static IConfigurationRoot Configuration(IEnumerable<KeyValuePair<string, string?>> variables) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(variables.Select(pair => KeyValuePair.Create(
                pair.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), pair.Value)))
            .Build();

    [GeneratedRegex(@"\$\{(?<name>\w+)(:[?-][^}]*)?\}")]
    private static partial Regex Variable();
}
