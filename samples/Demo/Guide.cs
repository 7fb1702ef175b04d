using EndpointSync.Local.Postgres;
using EndpointSync.Local.Processes;
using EndpointSync.Local.Silos;
using EndpointSync.Local.Workers;

namespace EndpointSync.Demo;

/// <summary>What can be done with processes that are up.</summary>
internal static class Guide
{
    /// <param name="silos">The silos that were started.</param>
    /// <param name="workers">The workers that were started; may be none.</param>
    /// <param name="postgres">The private server with the sample; null if the registries are the user's own.</param>
    public static void Print(IReadOnlyList<SiloProcess> silos, IReadOnlyList<WorkerProcess> workers, PrivatePostgres? postgres)
    {
        var address = silos[0].Address;
        Console.WriteLine();
        PrintAddresses("silo", silos);
        PrintAddresses("worker", workers);
        if (postgres is null)
        {
            Console.WriteLine($"The registries are those of your configuration: curl -s {address}api/registries");
        }
        else
        {
            PrintSample(address, workers, postgres);
        }

        Console.WriteLine("Ctrl-C stops everything.");
        Console.WriteLine();
    }

    private static void PrintSample(Uri silo, IReadOnlyList<WorkerProcess> workers, PrivatePostgres postgres)
    {
        Console.WriteLine($"Private PostgreSQL on 127.0.0.1:{postgres.Port}, data in {postgres.Directory}. Registry '{Sample.Registry}' declares OpenSPP's two endpoints. Try:");
        PrintCommand($"curl -s -X POST '{silo}api/registries/{Sample.Registry}/reload?wait=workers'", "bring the routes in line, everywhere");
        PrintCommand($"curl -s {silo}api/registries/{Sample.Registry}/routes", "see them");
        if (workers.Count > 0)
        {
            PrintCommand($"curl -si {workers[0].Address}{Sample.Endpoints[0].RootPath!.TrimStart('/')}/programs", "ask a worker for one of them");
        }

        PrintCommand($"dotnet run --project src/Cli -- status {Sample.Registry}", "the same from the command line");
        Console.WriteLine($"  PGPASSWORD=$(cat {Path.Combine(postgres.Directory, "password")}) psql -h 127.0.0.1 -p {postgres.Port} -U endpointsync postgres");
    }

    private static void PrintCommand(string command, string what) => Console.WriteLine($"  {command,-82} # {what}");

    private static void PrintAddresses(string kind, IReadOnlyList<ServerProcess> processes)
    {
        if (processes.Count > 0)
        {
            Console.WriteLine($"{processes.Count} {kind}{(processes.Count == 1 ? " is" : "s are")} up: {string.Join(" ", processes.Select(process => process.Address))}");
        }
    }
}
