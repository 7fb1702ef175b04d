using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Reports;

/// <summary>The result file of a run: everything that was measured, and where.</summary>
internal sealed record ResultFile(
    string Name, string Question, bool Quick, DateTimeOffset Begun, DateTimeOffset Ended, double? LoadBefore,
    double? LoadAfter, Machine Machine, Versions Versions)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IndentSize = 1,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new OneLineNumbers() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public required IReadOnlyList<CaseResult> Cases { get; init; }

    public required IReadOnlyList<BudgetResult> Budgets { get; init; }

    public Task WriteAsync(string path) => File.WriteAllTextAsync(path, JsonSerializer.Serialize(this, Json) + "\n");

    public static IReadOnlyList<CaseResult> CasesOf(BenchRun run) =>
        [.. run.Cases.Select(found => new CaseResult(found.Name, found.Number, [.. found.Rows.Select(RowOf)]))];

    public static IReadOnlyList<BudgetResult> BudgetsOf(BenchRun run) =>
        [
            .. run.Budgets.Select(budget => new BudgetResult(
                budget.What, budget.Measure(), budget.AtMost, budget.Margin, budget.Outcome)),
        ];

    private static RowResult RowOf(Row row) =>
        new(row.Name, row.Role, row.Times.Median, row.Times.Percentile99, row.Counts, row.Times.Microseconds);
}
