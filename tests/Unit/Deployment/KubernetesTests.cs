using System.Globalization;
using EndpointSync.Silo.Hosting;
using Microsoft.Extensions.Configuration;

namespace EndpointSync.Tests.Unit.Deployment;

/// <summary>The manifests, as far as they can be checked without a cluster.</summary>
public sealed class KubernetesTests
{
    private static readonly string[] Probes = ["startupProbe", "livenessProbe", "readinessProbe"];

    private static readonly Yaml Kustomization = Assert.Single(Yaml.Read("kubernetes/kustomization.yaml"));

    private static readonly IReadOnlyList<Yaml> All =
        [.. Kustomization["resources"].Items.SelectMany(file => Yaml.Read($"kubernetes/{file.Text}"))];

    private static readonly Yaml Pod = One("StatefulSet", "silo")["spec"]["template"];
    private static readonly Yaml Container = Assert.Single(Pod["spec"]["containers"].Items);

    [Fact]
    public void Silos_accept_every_setting()
    {
        var values = One("ConfigMap", "silo-settings")["data"].Entries
            .Concat(Container["env"].Items.Select(
                variable => (variable["name"].Text, variable.Find("value") ?? variable["name"])))
            .ToDictionary(
                pair => pair.Item1.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal),
                pair => (string?)pair.Item2.Text, StringComparer.Ordinal);

        var settings = new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection(SiloSettings.Section)
            .Get<SiloSettings>(binder => binder.ErrorOnUnknownConfiguration = true)!;

        Assert.NotNull(settings.Cluster.AdvertisedAddress);
        Assert.Contains("openspp", settings.Registries.Keys);
        var mounted = Container["volumeMounts"].Items.Select(mount => mount["mountPath"].Text).ToList();
        Assert.All(
            new[]
            {
                settings.Cluster.Tls.Certificate, settings.Cluster.Tls.Key, settings.Cluster.Tls.CertificateAuthority,
                settings.Http.Certificate, settings.Http.Key,
            },
            file => Assert.Contains(Path.GetDirectoryName(file)!, mounted, StringComparer.Ordinal));
        Assert.All(
            Container["ports"].Items.Where(port => port["name"].Text != "https"),
            port => Assert.Equal(
                port["name"].Text == "silo" ? settings.Cluster.SiloPort : settings.Cluster.GatewayPort,
                int.Parse(port["containerPort"].Text, CultureInfo.InvariantCulture)));
        // The probes ask for a host that the silo accepts, where the kubelet would ask for the pod's address.
        Assert.All(
            Probes,
            probe => Assert.Contains(
                Assert.Single(Container[probe]["httpGet"]["httpHeaders"].Items)["value"].Text,
                values["AllowedHosts"]!.Split(';'), StringComparer.Ordinal));
    }

    [Fact]
    public void Everything_selects_the_silos_and_names_what_is_there()
    {
        var label = Pod["metadata"]["labels"]["app.kubernetes.io/name"].Text;
        foreach (var selector in All.Where(one => one["kind"].Text == "Service").Select(one => one["spec"]["selector"])
            .Append(One("StatefulSet", "silo")["spec"]["selector"]["matchLabels"])
            .Append(One("PodDisruptionBudget", "silo")["spec"]["selector"]["matchLabels"])
            .Append(One("NetworkPolicy", "silo")["spec"]["podSelector"]["matchLabels"]))
        {
            Assert.Equal(label, selector["app.kubernetes.io/name"].Text);
        }

        One("Service", One("StatefulSet", "silo")["spec"]["serviceName"].Text);
        var ports = Container["ports"].Items.Select(port => port["name"].Text).ToList();
        Assert.All(
            All.Where(one => one["kind"].Text == "Service").SelectMany(one => one["spec"]["ports"].Items)
                .Select(port => port["targetPort"].Text)
                .Concat(One("NetworkPolicy", "silo")["spec"]["ingress"].Items
                    .SelectMany(rule => rule["ports"].Items).Select(port => port["port"].Text)),
            port => Assert.Contains(port, ports, StringComparer.Ordinal));
    }

    [Fact]
    public void Silos_run_without_rights()
    {
        Assert.Equal("restricted", One("Namespace", "endpointsync")["metadata"]["labels"]
            ["pod-security.kubernetes.io/enforce"].Text);
        Assert.Equal("true", Pod["spec"]["securityContext"]["runAsNonRoot"].Text);
        Assert.Equal("RuntimeDefault", Pod["spec"]["securityContext"]["seccompProfile"]["type"].Text);
        Assert.Equal("false", Pod["spec"]["automountServiceAccountToken"].Text);
        Assert.Equal("true", Container["securityContext"]["readOnlyRootFilesystem"].Text);
        Assert.Equal("false", Container["securityContext"]["allowPrivilegeEscalation"].Text);
        Assert.Equal("ALL", Assert.Single(Container["securityContext"]["capabilities"]["drop"].Items).Text);
    }

    private static Yaml One(string kind, string name) => Assert.Single(
        All, one => one["kind"].Text == kind && one["metadata"]["name"].Text == name);
}
