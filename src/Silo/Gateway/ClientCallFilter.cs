using EndpointSync.Core;
using EndpointSync.Grains.Audit;
using EndpointSync.Wire;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// Refuses calls of clients to other grains than those that are meant for them, and records their reloads. It runs in
/// the silo of the called grain and knows the caller by the message's sender, which <see cref="ClientMessages"/> has
/// checked at the gateway. The interface is that of the call itself, not the one that the message's header names.
/// </summary>
internal sealed class ClientCallFilter(ClientRefusals refusals, ClientAudit audit, ILocalSiloDetails silo)
    : IIncomingGrainCallFilter
{
    private const string Reload = "reloadRegistry";
    private const string Other = "callGrain";
    private const int LongestDetail = 1_000;
    private const int LongestName = 200;

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is not { } source || !ClientIdentity.IsClient(source))
        {
            return context.Invoke();
        }

        var type = context.Request.GetInterfaceType();
        if (ClientInterfaces.Contains(type))
        {
            return context.Request.GetMethodName() == nameof(IEndpointSyncGrain.ReloadAsync)
                ? ReloadAsync(context, type, ClientIdentity.Of(source))
                : context.Invoke();
        }

        refusals.Call(source.ToString(), context.InterfaceName);
        audit.Add(ClientIdentity.Of(source), Entry(Other) with
        {
            Target = VisibleText.Of(context.InterfaceName, LongestName),
            Outcome = AuditOutcome.Refused,
            Detail = "The interface is not open to clients.",
        });
        throw new UnauthorizedAccessException(
            $"Clients of this cluster may not call {new LogText(context.InterfaceName)}.");
    }

    private async Task ReloadAsync(IIncomingGrainCallContext context, Type type, GrainId client)
    {
        var entry = Entry(Reload) with { Registry = RegistryOf(context, type) };
        try
        {
            await context.Invoke();
            audit.Add(client, EndOf(entry, context.Result as ReloadReceipt));
        }
        catch (Exception failure)
        {
            audit.Add(client, entry with
            {
                Outcome = failure is UnknownRegistryException ? AuditOutcome.Refused
                    : failure is OperationCanceledException ? AuditOutcome.Begun
                    : AuditOutcome.Failed,
                Detail = failure is OperationCanceledException
                    ? "The caller went away. It may have been done."
                    : VisibleText.Of(failure.Message, LongestDetail),
            });
            throw;
        }
    }

    // Which registry it is, an entry is told, and a coordinator is.
    private static string RegistryOf(IIncomingGrainCallContext context, Type type) => VisibleText.Of(
        type == typeof(IGatewayEntryGrain)
            ? context.Request.GetArgument(0) as string
            : context.TargetId.Key.ToString(),
        LongestName);

    private AuditEntry Entry(string operation) => new()
    {
        Silo = silo.Name,
        Principal = ClientAudit.Role,
        RequestId = CallerTrace.Received(),
        Operation = operation,
    };

    private static AuditEntry EndOf(AuditEntry entry, ReloadReceipt? receipt) => entry with
    {
        Outcome = receipt?.Outcome == ReloadOutcome.Failed ? AuditOutcome.Failed : AuditOutcome.Done,
        Detail = receipt is { Outcome: ReloadOutcome.Failed, Problem: { } problem }
            ? VisibleText.Of($"{problem.Meaning} {problem.Detail}", LongestDetail)
            : receipt?.Outcome.ToString(),
        Version = receipt?.Version.Value,
    };
}
