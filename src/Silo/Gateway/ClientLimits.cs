using System.Security.Cryptography.X509Certificates;
using EndpointSync.Grains.Audit;
using Microsoft.AspNetCore.Connections;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// What a client may do: call the grains that are meant for clients. Otherwise who reaches a gateway could call every
/// grain and service of every silo, stop silos included.
/// </summary>
internal static class ClientLimits
{
    public static void LimitClients(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<ClientRefusals>();
        silo.Configure<SiloConnectionOptions>(connections => connections.ConfigureGatewayInboundConnection(builder =>
        {
            var refusals = builder.ApplicationServices.GetRequiredService<ClientRefusals>();
            var clients = builder.ApplicationServices.GetRequiredService<ConnectedClients>();
            builder.Use(next => async connection =>
            {
                using var client = new ClientConnection(connection.RemoteEndPoint, NameOf(connection), clients);
                connection.Transport = new ClientMessages(connection.Transport, client, refusals);
                await next(connection);
            });
        }));
        silo.AddIncomingGrainCallFilter<ClientCallFilter>();
    }

    private static string? NameOf(ConnectionContext connection) =>
        connection.Features.Get<ITlsConnectionFeature>()?.RemoteCertificate
            ?.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
