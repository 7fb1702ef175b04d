using System.Net;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tls;

/// <summary>
/// One line for each reason and machine, and again after a while: Orleans and clients try again every second.
/// </summary>
internal sealed partial class RefusalLog(TimeProvider clock, ILogger<RefusalLog> logger)
{
    private readonly ReminderFilter _logged = new(clock);

    /// <summary>Why the last connection that this process opened did not work; null if none failed.</summary>
    public string? Latest { get; private set; }

    /// <summary>This process refused a connection that somebody opened, or that broke off.</summary>
    public void Inbound(EndPoint? peer, ClusterPort port, string reason)
    {
        if (_logged.IsDue($"{(peer as IPEndPoint)?.Address} {reason}"))
        {
            LogRefused(port == ClusterPort.Silo ? "silo" : "gateway", peer?.ToString(), reason);
        }
    }

    /// <summary>A connection that this process opened does not work.</summary>
    public void Outbound(EndPoint? peer, string reason)
    {
        Latest = $"No connection to {peer}: {reason}.";
        if (_logged.IsDue($"{peer} {reason}"))
        {
            LogFailed(peer?.ToString(), reason);
        }
    }

    [LoggerMessage(2005, LogLevel.Warning, "Refused a connection to the {Port} port from {Peer}: {Reason}")]
    private partial void LogRefused(string port, string? peer, LogText reason);

    [LoggerMessage(2006, LogLevel.Warning, "No connection to {Peer}: {Reason}")]
    private partial void LogFailed(string? peer, LogText reason);
}
