using EndpointSync.Tools.Postgres;

// Runs a private PostgreSQL until it is interrupted, for a silo that is started by hand: dotnet run --project
// tools/PrivatePostgres [directory]
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, interrupt) =>
{
    interrupt.Cancel = true;
    stop.Cancel();
};

try
{
    await using var server = await PrivatePostgres.StartAsync(
        new PrivatePostgresOptions { Directory = args.FirstOrDefault() }, stop.Token);
    Console.WriteLine($"export EndpointSync__Cluster__ConnectionString='{server.ConnectionString()}'");
    Console.Error.WriteLine(
        $"PostgreSQL listens on 127.0.0.1:{server.Port}, data in {server.Directory}. Ctrl-C stops it.");
    await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 0;
}
catch (Exception failure) when (failure is PostgresNotFoundException or InvalidOperationException or TimeoutException)
{
    Console.Error.WriteLine(failure.Message);
    return 69;
}
