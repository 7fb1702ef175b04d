using System.Diagnostics;
using EndpointSync.Tools.Postgres;

// Uses the private server in the folder given until the input ends. A line "child" starts a process that outlives this
// one.
Console.CancelKeyPress += (_, interrupt) => interrupt.Cancel = true;
var clock = Stopwatch.StartNew();
await using var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = args[0] });
Console.WriteLine($"{server.ProcessId} {server.Port} {server.Adopted} {clock.ElapsedMilliseconds}");
while (Console.ReadLine() is { } line)
{
    if (line == "child")
    {
        using var child = Process.Start("sleep", "300");
        Console.WriteLine(child.Id);
    }
}
