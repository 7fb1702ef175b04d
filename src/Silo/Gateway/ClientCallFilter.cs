using EndpointSync.Core;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// Refuses calls of clients to other grains than those that are meant for them. It runs in the silo of the called grain
/// and knows the caller by the message's sender, which <see cref="ClientMessages"/> has checked at the gateway. The
/// interface is that of the call itself, not the one that the message's header names.
/// </summary>
internal sealed class ClientCallFilter(ClientRefusals refusals) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is not { } source || !ClientIdentity.IsClient(source)
            || ClientInterfaces.Contains(context.Request.GetInterfaceType()))
        {
            return context.Invoke();
        }

        refusals.Call(source.ToString(), context.InterfaceName);
        throw new UnauthorizedAccessException(
            $"Clients of this cluster may not call {new LogText(context.InterfaceName)}.");
    }
}
