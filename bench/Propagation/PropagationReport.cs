using System.Text.Json;
using EndpointSync.Bench.Serving;

namespace EndpointSync.Bench.Propagation;

/// <summary>Writes bench/results/propagation.json.</summary>
internal static class PropagationReport
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task WriteAsync(IReadOnlyList<PropagationRow> rows)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Directory.GetCurrentDirectory(), "bench", "results"));
        var report = new
        {
            What = "from a committed endpoint until every worker answers its path with 200, in milliseconds",
            ServingFleet.Silos,
            PropagationComparison.Workers,
            Processors = Environment.ProcessorCount,
            Rows = rows.Select(row => new
            {
                row.Endpoints,
                Rounds = row.WriteToServed.Count,
                Times = row.All.ToDictionary(samples => samples.Name, samples => new { P50 = Milliseconds(samples.Median), P99 = Milliseconds(samples.Percentile99) }),
            }),
        };
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "propagation.json"), JsonSerializer.Serialize(report, Indented) + "\n");
    }

    private static double Milliseconds(double microseconds) => Math.Round(microseconds / 1000, 3);
}
