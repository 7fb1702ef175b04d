using System.Net;
using EndpointSync.Silo;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>A real server, configured in each way that ASP.NET Core knows.</summary>
public sealed class LoopbackOnlyTests
{
    private static readonly string AnyV6 = $"http://[{IPAddress.IPv6Any}]:0";

    public static TheoryData<string> Reachable => new(Ways(IPAddress.Any).Keys);

    public static TheoryData<string> Local => new(
        Ways(IPAddress.Loopback).Keys.Where(way => !way.StartsWith("any:", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Reachable))]
    public async Task An_address_that_other_machines_reach_is_refused_without_a_key(string way)
    {
        await using var app = Build(Ways(IPAddress.Any)[way], new HttpSettings());

        var refused = await Assert.ThrowsAsync<StartException>(
            () => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(78, refused.ExitCode);
        Assert.Contains("EndpointSync:Http:AdminKeyHash", refused.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Reachable))]
    public async Task It_is_opened_with_a_key(string way)
    {
        await using var app = Build(
            Ways(IPAddress.Any)[way], new HttpSettings { AdminKeyHash = new string('0', 64) });

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(app.Urls);
    }

    [Theory]
    [MemberData(nameof(Reachable))]
    public async Task It_is_opened_with_an_issuer_of_tokens(string way)
    {
        await using var app = Build(
            Ways(IPAddress.Any)[way],
            new HttpSettings { Jwt = { Authority = "https://issuer.invalid", Audience = "endpointsync" } });

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(app.Urls);
    }

    [Theory]
    [MemberData(nameof(Reachable))]
    public async Task It_is_opened_with_an_authority_of_client_certificates(string way)
    {
        using var authority = new AuthorityFile();
        await using var app = Build(
            Ways(IPAddress.Any)[way],
            new HttpSettings { ClientCertificates = { CertificateAuthority = authority.Path } });

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(app.Urls);
    }

    [Theory]
    [MemberData(nameof(Local))]
    public async Task An_address_of_this_machine_is_opened_without_a_key(string way)
    {
        await using var app = Build(Ways(IPAddress.Loopback)[way], new HttpSettings());

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.NotEmpty(app.Urls);
    }

    [Fact]
    public async Task One_address_that_others_reach_among_local_ones_is_enough()
    {
        await using var app = Build(
            new Way(["--urls", "http://127.0.0.1:0;http://0.0.0.0:0"]), new HttpSettings());

        await Assert.ThrowsAsync<StartException>(() => app.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_unix_socket_is_opened_without_a_key()
    {
        var socket = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.sock");
        await using var app = Build(new Way(["--urls", $"http://unix:{socket}"]), new HttpSettings());

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.True(File.Exists(socket));
    }

    private static Dictionary<string, Way> Ways(IPAddress address) => new()
    {
        ["command line, urls"] = new(["--urls", $"http://{address}:0"]),
        ["command line, Urls=value"] = new([$"Urls=http://{address}:0"]),
        ["command line, Kestrel"] = new([$"--Kestrel:Endpoints:Api:Url=http://{address}:0"]),
        ["setting Urls"] = new([], new() { ["Urls"] = $"http://{address}:0" }),
        ["setting Kestrel:Endpoints"] = new([], new() { ["Kestrel:Endpoints:Api:Url"] = $"http://{address}:0" }),
        ["Kestrel before Urls"] = new(
            ["--urls", "http://127.0.0.1:0"], new() { ["Kestrel:Endpoints:Api:Url"] = $"http://{address}:0" }),
        ["UseUrls in code"] = new([], Code: builder => builder.WebHost.UseUrls($"http://{address}:0")),
        ["Listen in code"] = new([], Code: Kestrel(options => options.Listen(address, 0))),
        ["Listen with an endpoint"] = new([], Code: Kestrel(options => options.Listen(new IPEndPoint(address, 0)))),
        ["ConfigureEndpointDefaults"] = new(
            [$"Urls=http://{address}:0"],
            Code: Kestrel(options => options.ConfigureEndpointDefaults(
                listen => listen.Protocols = HttpProtocols.Http1))),
        ["any: ListenAnyIP in code"] = new([], Code: Kestrel(options => options.ListenAnyIP(0))),
        ["any: http_ports"] = new(["--http_ports", "0"]),
        ["any: *"] = new(["--urls", "http://*:0"]),
        ["any: +"] = new(["--urls", "http://+:0"]),
        ["any: a host name"] = new(["--urls", "http://silo.example:0"]),
        ["any: IPv6"] = new(["--urls", AnyV6]),
    };

    private static Action<WebApplicationBuilder> Kestrel(Action<KestrelServerOptions> configure) =>
        builder => builder.WebHost.ConfigureKestrel(configure);

    private static WebApplication Build(Way way, HttpSettings settings)
    {
        var builder = WebApplication.CreateBuilder(way.Arguments);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(way.Settings);
        builder.UseDefaultUrl();
        way.Code?.Invoke(builder);
        builder.AddAccess(settings);
        return builder.Build();
    }

    private sealed record Way(
        string[] Arguments, Dictionary<string, string?>? Settings = null, Action<WebApplicationBuilder>? Code = null);
}
