using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// Keeps the cluster from giving up silos, however long they are silent: the membership table refuses it. What succeeds
/// meanwhile rests on nothing that the cluster does about a lost silo, on a machine of any speed. How soon it succeeds
/// is measured by ./bench failover.
/// </summary>
internal sealed class KeptMembers
{
    private readonly TestDatabase _membership;
    private readonly IReadOnlyList<SiloProcess> _silos;

    private KeptMembers(TestDatabase membership, IReadOnlyList<SiloProcess> silos) =>
        (_membership, _silos) = (membership, silos);

    public static async Task<KeptMembers> KeepAsync(TestDatabase membership, params IReadOnlyList<SiloProcess> silos)
    {
        var names = string.Join(", ", silos.Select(silo => $"'{silo.Name}'"));
        await membership.ExecuteAsync(
            $"""
             create function orleans.keep_members() returns trigger language plpgsql as $keep$
             begin
               raise exception '% is kept in the cluster', new.siloname;
             end;
             $keep$;
             create trigger keep_members before update on orleans.OrleansMembershipTable
               for each row when (new.status <> 3 and new.siloname in ({names}))
               execute function orleans.keep_members()
             """);
        return new KeptMembers(membership, silos);
    }

    /// <summary>Lets the cluster give them up, and checks that it did not do so before.</summary>
    public async Task LetGoAsync()
    {
        foreach (var silo in _silos)
        {
            Assert.True(
                await _membership.ScalarAsync<bool>(
                    $"select bool_or(status = 3) from orleans.OrleansMembershipTable where siloname = '{silo.Name}'"),
                $"{silo.Name} was given up");
        }

        await _membership.ExecuteAsync("drop trigger keep_members on orleans.OrleansMembershipTable");
    }
}
