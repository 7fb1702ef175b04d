namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>The products that are compared, as far as this machine has them.</summary>
internal static class RivalFleets
{
    public const string Yarp = "YARP, pushed to each";

    private static readonly (string Name, string? Program, Func<int, Task<IRoutedFleet>> StartAsync)[] All =
    [
        (Yarp, null, YarpFleet.StartAsync),
        ("Caddy, pushed to each", CaddyFleet.Program, CaddyFleet.StartAsync),
        ("nginx, rewritten and reloaded", NginxFleet.Program, NginxFleet.StartAsync),
        ("etcd, watched by each", EtcdFleet.Program, EtcdFleet.StartAsync),
    ];

    /// <summary>Those that are there; of the others it is said that they are absent. A quick run has the one that there is a budget for.</summary>
    public static IEnumerable<(string Name, Func<int, Task<IRoutedFleet>> StartAsync)> Of(bool isQuick)
    {
        foreach (var (name, program, start) in All.Where(rival => !isQuick || rival.Name == Yarp))
        {
            if (program is null || RivalPrograms.Find(program) is not null)
            {
                yield return (name, start);
            }
            else
            {
                Console.Error.WriteLine($"absent: {program}, which ./bench takes from apt. Its row is left out.");
            }
        }
    }
}
