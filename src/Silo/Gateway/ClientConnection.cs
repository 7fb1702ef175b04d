using System.Net;
using EndpointSync.Grains.Audit;
using EndpointSync.Wire;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// One connection of a client to the gateway. Its certificate says who the client is, and its messages under which id
/// it calls; a connection has one id.
/// </summary>
/// <param name="peer">Where it comes from.</param>
/// <param name="certificate">The name in the client's certificate; null without TLS.</param>
/// <param name="clients">The clients of this gateway.</param>
internal sealed class ClientConnection(EndPoint? peer, string? certificate, ConnectedClients clients) : IDisposable
{
    private const int LongestName = 200;

    private byte[]? _key;
    private GrainId? _client;

    public EndPoint? Peer => peer;

    private string Principal => certificate is null
        ? ClientAudit.Role
        : VisibleText.Of($"{ClientAudit.Role}:{certificate}", LongestName);

    /// <summary>Takes up the id of a message's sender.</summary>
    /// <returns>Why this client may not send it; null if it may.</returns>
    public string? Identify(byte[] key)
    {
        if (_key is not null && key.AsSpan().SequenceEqual(_key))
        {
            return null;
        }

        var client = ClientIdentity.Of(key);
        if (_client is null)
        {
            if (!clients.TryAdd(client, new ConnectedClient(Principal, (peer as IPEndPoint)?.Address.ToString())))
            {
                return "a message in the name of another client";
            }

            (_key, _client) = (key, client);
            return null;
        }

        return client == _client ? null : "a message in the name of another client";
    }

    public void Dispose()
    {
        if (_client is { } client)
        {
            clients.Remove(client);
        }
    }
}
