using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Demo;

/// <summary>Prints commands to try on the running processes.</summary>
internal static class Guide
{
    /// <param name="silos">The started silos.</param>
    /// <param name="workers">The started workers; may be empty.</param>
    /// <param name="postgres">The private server with the sample; null if the user has configured registries.</param>
    public static void Print(
        IReadOnlyList<SiloProcess> silos, IReadOnlyList<WorkerProcess> workers, PrivatePostgres? postgres)
    {
        var address = silos[0].Address;
        Console.WriteLine();
        PrintAddresses("silo", silos);
        PrintAddresses("worker", workers);
        if (postgres is null)
        {
            Console.WriteLine($"The registries are those of your configuration: curl -s {address}api/v1/registries");
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
        Console.WriteLine(
            $"Private PostgreSQL on 127.0.0.1:{postgres.Port}, data in {postgres.Directory}. "
            + $"Registry '{Sample.Registry}' declares OpenSPP's two endpoints. Try:");
        PrintCommand(
            $"curl -s -X POST '{silo}api/v1/registries/{Sample.Registry}/reload?wait=workers'",
            "sync the routes, everywhere");
        PrintCommand($"curl -s {silo}api/v1/registries/{Sample.Registry}/routes", "list them");
        if (workers.Count > 0)
        {
            PrintCommand(
                $"curl -si {workers[0].Address}{Sample.Endpoints[0].RootPath!.TrimStart('/')}/programs",
                "request one of them from a worker");
        }

        PrintCommand($"dotnet run --project src/Cli -- status {Sample.Registry}", "the same from the command line");
        Console.WriteLine(
            $"  PGPASSWORD=$(cat {Path.Combine(postgres.Directory, "password")}) "
            + $"psql -h 127.0.0.1 -p {postgres.Port} -U endpointsync postgres");
    }

    private static void PrintCommand(string command, string what) => Console.WriteLine($"  {command,-82} # {what}");

    private static void PrintAddresses(string kind, IReadOnlyList<ServerProcess> processes)
    {
        if (processes.Count > 0)
        {
            var addresses = string.Join(" ", processes.Select(process => process.Address));
            Console.WriteLine($"{processes.Count} {kind}{(processes.Count == 1 ? " is" : "s are")} up: {addresses}");
        }
    }
}
