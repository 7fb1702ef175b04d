using EndpointSync.Demo;
using EndpointSync.Tools.Postgres;

using var stop = new StopSignal();
try
{
    return args is ["demo"] ? await Demonstration.RunAsync(stop.Token)
        : FleetSize.Read(args) is { } size ? await Fleet.RunAsync(size, stop.Token)
        : Usage();
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
    Console.Error.WriteLine(
        $"Usage: ./run [--silos N] [--workers N]    silo processes, 1 to {FleetSize.Most}, "
        + $"and worker processes, 0 to {FleetSize.Most}\n"
        + "       ./run --private-postgres           allows a PostgreSQL of its own outside of Development\n"
        + "       ./run demo                         demonstrates a reload, and exits");
    return 2;
}
