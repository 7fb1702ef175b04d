using EndpointSync.Certificates;
using EndpointSync.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace EndpointSync.Tls;

/// <summary>Puts mutual TLS around the cluster's connections.</summary>
public static class ClusterTls
{
    /// <summary>
    /// Encrypts a silo's ports. Silos and clients then need certificates of the configured authorities, with the names
    /// and the usages of their roles. Every silo and client of the cluster needs it alike. Options without files change
    /// nothing.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">The files and the names.</param>
    public static ISiloBuilder UseClusterTls(this ISiloBuilder silo, ClusterTlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Add(silo.Services, _ => options, TlsRole.Silo);
        if (options.IsConfigured)
        {
            silo.Services.TryAddSingleton<ProtectedClusterTraffic>();
        }

        return silo.Configure<SiloConnectionOptions>(connections =>
        {
            connections.ConfigureSiloInboundConnection(Accept(options, ClusterPort.Silo));
            connections.ConfigureGatewayInboundConnection(Accept(options, ClusterPort.Gateway));
            connections.ConfigureSiloOutboundConnection(builder => Connect(builder, options));
        });
    }

    /// <summary>Connects a client through TLS, if the options name files, and in the clear otherwise.</summary>
    internal static void UseClusterTls(this IClientBuilder client, Func<IServiceProvider, ClusterTlsOptions> options)
    {
        Add(client.Services, options, TlsRole.Client);
        client.Configure<ClientConnectionOptions>(connections => connections.ConfigureConnection(
            builder => Connect(builder, options(builder.ApplicationServices))));
    }

    /// <summary>Why the files cannot be used; empty if they can.</summary>
    internal static IEnumerable<string> Check(ClusterTlsOptions options, TlsRole role, TimeProvider clock)
    {
        if (new[] { options.Name, options.ClientName }.Any(name => Uri.CheckHostName(name) != UriHostNameType.Dns)
            || options.Name.Equals(options.ClientName, StringComparison.OrdinalIgnoreCase))
        {
            return [
                $"{ClusterTlsOptions.Section}:Name ('{options.Name}') and ClientName ('{options.ClientName}') must be "
                + "two DNS names: they tell silos from clients.",
            ];
        }

        try
        {
            CertificateSet.Read(options, role, clock.GetUtcNow());
            return [];
        }
        catch (CertificateException unusable)
        {
            return [unusable.Message];
        }
    }

    private static void Add(
        IServiceCollection services, Func<IServiceProvider, ClusterTlsOptions> options, TlsRole role)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClusterCertificates>(
            provider, options(provider), role));
        services.AddSingleton<RefusalLog>().AddSingleton<TlsConnections>().AddSingleton<PlaintextConnections>();
        services.AddHostedService(provider => new CertificateRefresh(
            options(provider).IsConfigured ? provider.GetRequiredService<ClusterCertificates>() : null));
    }

    private static Action<IConnectionBuilder> Accept(ClusterTlsOptions options, ClusterPort port) => builder =>
    {
        if (options.IsConfigured)
        {
            var tls = builder.ApplicationServices.GetRequiredService<TlsConnections>();
            builder.Use(next => connection => tls.AcceptAsync(connection, port, next));
        }
        else
        {
            var plaintext = builder.ApplicationServices.GetRequiredService<PlaintextConnections>();
            builder.Use(next => connection => plaintext.AcceptAsync(connection, port, next));
        }
    };

    private static void Connect(IConnectionBuilder builder, ClusterTlsOptions options)
    {
        if (options.IsConfigured)
        {
            var tls = builder.ApplicationServices.GetRequiredService<TlsConnections>();
            builder.Use(next => connection => tls.ConnectAsync(connection, next));
        }
        else
        {
            var plaintext = builder.ApplicationServices.GetRequiredService<PlaintextConnections>();
            builder.Use(next => connection => plaintext.ConnectAsync(connection, next));
        }
    }
}
