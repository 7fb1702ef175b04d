using Orleans.Configuration;

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
            builder.Use(next => connection =>
            {
                connection.Transport = new ClientMessages(connection.Transport, connection.RemoteEndPoint, refusals);
                return next(connection);
            });
        }));
        silo.AddIncomingGrainCallFilter<ClientCallFilter>();
    }
}
