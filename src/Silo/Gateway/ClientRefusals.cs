using System.Net;
using EndpointSync.Core;

namespace EndpointSync.Silo.Gateway;

/// <summary>One line for each thing that a client tried and may not do.</summary>
internal sealed partial class ClientRefusals(ILogger<ClientRefusals> logger)
{
    private readonly RepeatFilter _calls = new();
    private readonly RepeatFilter _messages = new();

    public void Call(string client, string call)
    {
        if (_calls.IsNew($"{client} {call}"))
        {
            LogCall(client, call);
        }
    }

    public void Message(EndPoint? client, string reason)
    {
        if (_messages.IsNew($"{(client as IPEndPoint)?.Address} {reason}"))
        {
            LogMessage(client?.ToString(), reason);
        }
    }

    [LoggerMessage(2010, LogLevel.Warning, "Refused a call of {Client} to {Interface}, which is not open to clients")]
    private partial void LogCall(LogText client, LogText @interface);

    [LoggerMessage(2011, LogLevel.Warning, "Ended the connection of the client at {Peer}: it sent {Reason}")]
    private partial void LogMessage(string? peer, string reason);
}
