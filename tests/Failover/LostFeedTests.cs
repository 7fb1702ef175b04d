using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>The silo that feeds all workers is also the coordinator's silo, and it is lost.</summary>
public sealed class LostFeedTests(ITestOutputHelper output) : IDisposable
{
    private readonly HttpClient _http = new();

    [Theory]
    [InlineData(Loss.Killed)]
    [InlineData(Loss.Frozen)]
    public async Task Workers_serve_the_next_version_soon_after_their_silo_is_lost_and_count_once(Loss loss)
    {
        await using var fleet = await Fleet.StartAsync(
            silos: 1, database => Silos.Options(database, profile: "Balanced"));
        var lostSilo = fleet.Silos.Silos[0];
        await fleet.DeclareAsync("orders");
        await fleet.ReloadAsync(lostSilo);
        await using var first = await StartWorkerAsync(fleet, "worker-1");
        await using var second = await StartWorkerAsync(fleet, "worker-2");
        WorkerProcess[] workers = [first, second];
        var other = await fleet.Silos.AddAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(workers.Select(worker => worker.WaitForOutputAsync(other.Address.ToString())))
            .Within("the silo that the workers learn of");
        await fleet.DeclareAsync("invoices");
        var members = await KeptMembers.KeepAsync(fleet.Database, lostSilo);

        lostSilo.Lose(loss);
        var lost = TimeProvider.System.GetTimestamp();
        var receipt = await fleet.ReloadAsync(other);
        await Task.WhenAll(workers.Select(worker => worker.WaitForOutputAsync(
            $"serves version {receipt.Version} of {Fleet.Registry}"))).Within("the next version");

        var took = TimeProvider.System.GetElapsedTime(lost);
        var answers = await Task.WhenAll(workers.Select(worker => StatusAsync(worker, "invoices")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        output.WriteLine($"{loss}: all workers served the next version after {took.TotalMilliseconds:0} ms");
        Assert.True(receipt.InSync);
        await members.LetGoAsync();
        lostSilo.Resume();
        var convergence = await fleet.ConvergeAsync(other);
        Assert.Equal((true, workers.Length), (convergence.Reached, convergence.Workers));
    }

    public void Dispose() => _http.Dispose();

    private static Task<WorkerProcess> StartWorkerAsync(Fleet fleet, string name) =>
        WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            // The other silo, which is started later, it learns of from this one.
            Silos = fleet.Urls,
            Name = name,
        });

    private async Task<HttpStatusCode> StatusAsync(WorkerProcess worker, string rootPath)
    {
        using var answer = await _http.GetAsync(
            new Uri(worker.Address, $"{rootPath}/items"), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
