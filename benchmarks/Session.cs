using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Plots;
using EndpointSync.Bench.Reports;

namespace EndpointSync.Bench;

/// <summary>Runs comparisons one after the other, shows what each found, and keeps it.</summary>
internal sealed class Session(bool isQuick, Versions versions)
{
    private readonly ResultFolders _folders = ResultFolders.Of(isQuick);
    private readonly List<Budget> _budgets = [];

    /// <summary>
    /// The budgets that were passed by more than their margin. A quick run, which any machine makes, leaves out those
    /// that it shows and that a slow machine cannot keep.
    /// </summary>
    public IEnumerable<Budget> Missed =>
        _budgets.Where(budget => budget.Outcome == BudgetOutcome.Missed && !(isQuick && budget.DependsOnMachine));

    public async Task RunAsync(IComparison comparison)
    {
        var (begun, load) = (TimeProvider.System.GetUtcNow(), Machine.Load());
        var run = new BenchRun(isQuick);
        await comparison.RunAsync(run);
        _budgets.AddRange(run.Budgets);
        Show(comparison, run);
        var result = new ResultFile(
            comparison.Name, comparison.Question, isQuick, begun, TimeProvider.System.GetUtcNow(), load, Machine.Load(),
            Machine.This, versions)
        {
            Cases = ResultFile.CasesOf(run),
            Budgets = ResultFile.BudgetsOf(run),
        };
        await result.WriteAsync(_folders.Result(comparison.Name));
        await PlotFile.WriteAsync(comparison, run, _folders.Plot(comparison.Name));
    }

    private static void Show(IComparison comparison, BenchRun run)
    {
        Console.WriteLine();
        Console.WriteLine($"{comparison.Name}: {comparison.Question}");
        Console.WriteLine(Table.Of(run));
        Console.WriteLine(BudgetList.Of(run.Budgets));
    }
}
