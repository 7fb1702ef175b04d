using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Refuses to open a port for HTTP that other machines can reach while callers need no credential. It stands where the
/// server opens its ports, behind every way of configuring them: variables, settings, the command line, code, and
/// changes while the server runs.
/// </summary>
internal static class LoopbackOnly
{
    /// <summary>Guards the transports that are registered by now. Call it last.</summary>
    public static void AddLoopbackOnly(this WebApplicationBuilder builder)
    {
        var guarded = 0;
        foreach (var index in Enumerable.Range(0, builder.Services.Count))
        {
            var service = builder.Services[index];
            // Those with a key are Orleans' own, for other silos and clients; the server takes those without.
            if (service.IsKeyedService)
            {
                continue;
            }

            if (service.ServiceType == typeof(IConnectionListenerFactory))
            {
                guarded++;
                builder.Services[index] = ServiceDescriptor.Singleton<IConnectionListenerFactory>(
                    provider => new GuardedTransport((IConnectionListenerFactory)Create(provider, service)));
            }
            else if (service.ServiceType == typeof(IMultiplexedConnectionListenerFactory))
            {
                builder.Services[index] = ServiceDescriptor.Singleton<IMultiplexedConnectionListenerFactory>(
                    provider => new GuardedMultiplexedTransport(
                        (IMultiplexedConnectionListenerFactory)Create(provider, service)));
            }
        }

        if (guarded == 0)
        {
            throw new InvalidOperationException("The server has no transport that can be guarded.");
        }
    }

    private static object Create(IServiceProvider provider, ServiceDescriptor service) =>
        service.ImplementationInstance ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!);

    /// <exception cref="StartException">Other machines can reach it.</exception>
    private static void Check(EndPoint endpoint)
    {
        // The file system protects a Unix socket.
        if (endpoint is UnixDomainSocketEndPoint || (endpoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address)))
        {
            return;
        }

        throw new StartException(
            $"HTTP would listen on {endpoint}, where other machines can reach it, and callers need no credential. "
            + "Require one: set EndpointSync:Http:AdminKeyHash to the SHA-256 of a key, as docs/security.md shows, "
            + "EndpointSync:Http:Jwt:Authority to the URL of an issuer of tokens, or "
            + $"{ClientCertificateSettings.Section}:CertificateAuthority to the authorities of client certificates. Or "
            + "listen on 127.0.0.1 only.");
    }

    private static bool CanBind(object transport, EndPoint endpoint) =>
        transport is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    private sealed class GuardedTransport(IConnectionListenerFactory transport)
        : IConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        public bool CanBind(EndPoint endpoint) => LoopbackOnly.CanBind(transport, endpoint);

        public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken)
        {
            // Where an inherited socket listens is known only when it is open.
            var isInherited = endpoint is FileHandleEndPoint;
            if (!isInherited)
            {
                Check(endpoint);
            }

            var listener = await transport.BindAsync(endpoint, cancellationToken);
            try
            {
                Check(listener.EndPoint);
                return listener;
            }
            catch (StartException)
            {
                await listener.DisposeAsync();
                throw;
            }
        }
    }

    private sealed class GuardedMultiplexedTransport(IMultiplexedConnectionListenerFactory transport)
        : IMultiplexedConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        public bool CanBind(EndPoint endpoint) => LoopbackOnly.CanBind(transport, endpoint);

        public ValueTask<IMultiplexedConnectionListener> BindAsync(
            EndPoint endpoint, IFeatureCollection? features = null, CancellationToken cancellationToken = default)
        {
            Check(endpoint);
            return transport.BindAsync(endpoint, features, cancellationToken);
        }
    }
}
