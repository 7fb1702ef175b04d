using EndpointSync.Demo;
using EndpointSync.Local.Postgres;

using var stop = new StopSignal();
try
{
    return args switch
    {
        [] => await Fleet.RunAsync(silos: 1, stop.Token),
        ["--silos", var count] when int.TryParse(count, out var silos) && silos is > 0 and <= Fleet.MostSilos => await Fleet.RunAsync(silos, stop.Token),
        ["demo"] => await Demonstration.RunAsync(stop.Token),
        _ => Usage(),
    };
}
catch (Exception failure) when (failure is PostgresNotFoundException or InvalidOperationException or TimeoutException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}

static int Usage()
{
    Console.Error.WriteLine($"Usage: ./run [--silos N | demo]    N: 1 to {Fleet.MostSilos} silo processes; demo: show what a reload does, and exit.");
    return 2;
}
