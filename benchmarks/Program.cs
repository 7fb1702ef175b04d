using EndpointSync.Bench;
using EndpointSync.Bench.Failover;
using EndpointSync.Bench.Propagation.Rivals;
using EndpointSync.Bench.Reports;

if (args is [RivalWorker.Command, var kind, var address, .. var more])
{
    await RivalWorker.RunAsync(kind, address, more.FirstOrDefault());
    return 0;
}

if (args is [PlainSilo.Command, var http, var clustering, var siloPort, var gatewayPort])
{
    await PlainSilo.RunAsync(http, clustering, siloPort, gatewayPort);
    return 0;
}

const string Quick = "--quick";

var wanted = args.Where(argument => argument != Quick).ToList();
var comparisons = Comparisons.Of(wanted, args.Contains(Quick), out var unknown);
if (unknown.Count > 0)
{
    await Console.Error.WriteLineAsync(
        $"Unknown: {string.Join(", ", unknown)}. "
        + $"Known: {Quick}, {string.Join(", ", Comparisons.All.Select(comparison => comparison.Name))}.");
    return 2;
}

var versions = await Versions.ReadAsync();
Console.WriteLine($"{Machine.This}; load {Machine.Load()}");
Console.WriteLine(
    $"{versions.DotNet}, Orleans {versions.Orleans}, Npgsql {versions.Npgsql}, {versions.PostgreSql}, commit "
    + $"{versions.Commit}");
var session = new Session(args.Contains(Quick), versions);
foreach (var comparison in comparisons)
{
    await session.RunAsync(comparison);
}

var missed = session.Missed.ToList();
if (missed.Count > 0)
{
    await Console.Error.WriteLineAsync(
        $"{Environment.NewLine}{missed.Count} budgets were missed:{Environment.NewLine}{BudgetList.Of(missed)}");
}

return missed.Count == 0 ? 0 : 1;
