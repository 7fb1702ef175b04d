using System.Net;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// Takes the caller's address, scheme, host and path prefix from a proxy's forwarded headers, and from no one else's.
/// </summary>
internal static class TrustedProxies
{
    private const string Section = "EndpointSync:Http";

    public static void AddTrustedProxies(this WebApplicationBuilder builder, HttpSettings settings)
    {
        var hosts = (builder.Configuration["AllowedHosts"] ?? "*").Split(
            ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        builder.Services.Configure<ForwardedHeadersOptions>(options => Trust(options, settings.TrustedProxies, hosts));
    }

    /// <summary>Call it before anything that looks at the caller, the host or the path.</summary>
    public static void UseTrustedProxies(this WebApplication app, HttpSettings settings)
    {
        app.UseForwardedHeaders();
        if (settings.PathBase is { } path)
        {
            app.UsePathBase(path);
        }
    }

    /// <summary>What is wrong with the settings; empty if nothing is.</summary>
    public static IEnumerable<string> Check(HttpSettings settings)
    {
        foreach (var proxy in settings.TrustedProxies)
        {
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
            {
                yield return $"{Section}:TrustedProxies ('{proxy}') must be IP addresses or networks, such as "
                    + "10.0.0.5 or 10.0.0.0/24.";
            }
        }

        if (settings.PathBase is { } path && (path.Length < 2 || path[0] != '/' || path[^1] == '/'))
        {
            yield return $"{Section}:PathBase ('{path}') must begin with a slash and not end with one, such as /sync.";
        }
    }

    private static void Trust(ForwardedHeadersOptions options, string[] proxies, string[] hosts)
    {
        // Set in both cases: with ASPNETCORE_FORWARDEDHEADERS_ENABLED the framework would believe every caller.
        options.ForwardedHeaders = proxies.Length > 0 ? ForwardedHeaders.All : ForwardedHeaders.None;
        // Each hop is checked against the list, so a chain of proxies needs no count.
        options.ForwardLimit = null;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        options.AllowedHosts = hosts;
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                options.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        }
    }
}
