using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Audit;

/// <summary>Records what clients of the grains did, behind the answer.</summary>
internal sealed class ClientAudit(ClientNames names, AuditQueue queue)
{
    /// <summary>What the audit has as the role of every client of the grains.</summary>
    public const string Role = "client";

    /// <summary>Adds the entry of a call. The caller does not wait for it.</summary>
    /// <param name="client">Who called.</param>
    /// <param name="entry">The call; who called is added.</param>
    public void Add(GrainId client, AuditEntry entry)
    {
        if (names.Find(client) is { } known)
        {
            Add(known, entry);
        }
        else
        {
            _ = OffScheduler.StartAsync(() => AddLaterAsync(client, entry));
        }
    }

    private async Task<bool> AddLaterAsync(GrainId client, AuditEntry entry)
    {
        Add(await names.FindAsync(client), entry);
        return true;
    }

    private void Add(ConnectedClient client, AuditEntry entry) =>
        queue.AddReload(entry with { Principal = client.Principal, Role = Role, Address = client.Address });
}
