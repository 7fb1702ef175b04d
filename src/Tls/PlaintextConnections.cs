using Microsoft.AspNetCore.Connections;

namespace EndpointSync.Tls;

/// <summary>Connections in the clear. Where one side uses TLS and the other does not, each log says so.</summary>
internal sealed class PlaintextConnections(RefusalLog log)
{
    /// <summary>A connection that somebody opens to a port of this silo.</summary>
    public async Task AcceptAsync(ConnectionContext connection, ClusterPort port, ConnectionDelegate next)
    {
        var received = new ReceivedBytes(connection.Transport);
        connection.Transport = received;
        try
        {
            await next(connection);
        }
        catch (Exception) when (received.BeginWithTls)
        {
            const string reason = "it uses TLS, and this silo does not: configure " + ClusterTlsOptions.Section
                + " on both sides alike";
            log.Inbound(connection.RemoteEndPoint, port, reason);
            throw new TlsRefusedException($"Refused the connection from {connection.RemoteEndPoint}: {reason}");
        }
    }

    /// <summary>A connection that this process opens; if it ends without an answer, it most likely met TLS.</summary>
    public async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var received = new ReceivedBytes(connection.Transport);
        connection.Transport = received;
        try
        {
            await next(connection);
        }
        catch (Exception ended) when (!received.Any)
        {
            const string reason = "it ended the connection without an answer. If it requires TLS, configure "
                + ClusterTlsOptions.Section + " here as it is configured there";
            log.Outbound(connection.RemoteEndPoint, reason);
            throw new TlsRefusedException($"No connection to {connection.RemoteEndPoint}: {reason} ({ended.Message})");
        }
    }
}
