namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>A product that is compared.</summary>
/// <param name="Name">What its rows are called.</param>
/// <param name="Program">The program that it needs; null if NuGet has it.</param>
/// <param name="StartAsync">Starts as many servers, or workers, as are asked for.</param>
internal sealed record RivalFleet(string Name, string? Program, Func<int, Task<IRoutedFleet>> StartAsync)
{
    /// <summary>The most routes that it is tried with.</summary>
    public int MostRoutes { get; init; } = int.MaxValue;
}

/// <summary>The products that are compared, as far as this machine has them.</summary>
internal static class RivalFleets
{
    public const string Yarp = "YARP, pushed to each";

    private static readonly RivalFleet[] All =
    [
        new(Yarp, null, YarpFleet.StartAsync),
        new("Caddy, pushed to each", CaddyFleet.Program, CaddyFleet.StartAsync),
        // It sorts its locations in quadratic time: eight of them read 50,000 in more than twenty minutes.
        new("nginx, rewritten and reloaded", NginxFleet.Program, NginxFleet.StartAsync) { MostRoutes = 5_000 },
        new("etcd, watched by each", EtcdFleet.Program, EtcdFleet.StartAsync),
    ];

    /// <summary>
    /// The products that are installed; the others are reported as absent. A quick run has the one with a budget.
    /// </summary>
    public static IEnumerable<RivalFleet> Of(bool isQuick)
    {
        foreach (var rival in All.Where(rival => !isQuick || rival.Name == Yarp))
        {
            if (rival.Program is null || RivalPrograms.Find(rival.Program) is not null)
            {
                yield return rival;
            }
            else
            {
                Console.Error.WriteLine($"absent: {rival.Program}, which ./bench takes from apt. Its row is left out.");
            }
        }
    }
}
