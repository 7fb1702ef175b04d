using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Micro;

/// <summary>
/// Measures with BenchmarkDotNet what is too short to be measured call by call. The benchmarks run in this process, so
/// that no project is generated and restored for them. Each calls its operation many times itself, so the cost of the
/// delegate call is negligible.
/// </summary>
internal static class MicroRuns
{
    /// <summary>What one operation allocates.</summary>
    public const string Bytes = "bytes";

    /// <summary>Runs all benchmarks of a class.</summary>
    /// <typeparam name="T">The class; the parameter of its benchmarks is what <paramref name="rowOf"/> gets
    /// first.</typeparam>
    /// <param name="run">How long it may take.</param>
    /// <param name="rowOf">The row of a benchmark, by the value of its parameter and by the name of its method; null
    /// for one that is left out.</param>
    /// <exception cref="InvalidOperationException">A benchmark failed.</exception>
    public static void Measure<T>(BenchRun run, Func<int, string, Row?> rowOf)
    {
        var log = new AccumulationLogger();
        var summary = BenchmarkRunner.Run<T>(
            Config(run, log).AddFilter(new SimpleFilter(benchmark => RowOf(benchmark, rowOf) is not null)));
        foreach (var report in summary.Reports)
        {
            if (!report.Success)
            {
                throw new InvalidOperationException(
                    $"{report.BenchmarkCase.DisplayInfo} failed:{Environment.NewLine}{log.GetLog()}");
            }

            Keep(report, RowOf(report.BenchmarkCase, rowOf)!);
        }

        if (summary.Reports.IsEmpty)
        {
            throw new InvalidOperationException(
                $"{typeof(T).Name} has no benchmark that runs:{Environment.NewLine}{log.GetLog()}");
        }
    }

    private static Row? RowOf(BenchmarkCase benchmark, Func<int, string, Row?> rowOf) =>
        rowOf((int)benchmark.Parameters.Items[0].Value, benchmark.Descriptor.WorkloadMethod.Name);

    private static void Keep(BenchmarkReport report, Row row)
    {
        row.Tally(Bytes, report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase)!.Value);
        foreach (var measured in report.AllMeasurements.Where(measured =>
            measured is { IterationMode: IterationMode.Workload, IterationStage: IterationStage.Result }))
        {
            row.Times.Add(TimeSpan.FromMicroseconds(measured.Nanoseconds / 1000), measured.Operations);
        }
    }

    private static ManualConfig Config(BenchRun run, ILogger log) => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(new InProcessNoEmitToolchain(logOutput: false))
            .WithWarmupCount(run.Sized(full: 25, quick: 15))
            .WithIterationCount(run.Sized(full: 40, quick: 15))
            .WithInvocationCount(8)
            .WithUnrollFactor(1)
            // With a rival's matcher of gigabytes, a collection between two iterations takes longer than they do. The
            // measured code allocates little.
            .WithGcForce(false)
            .WithOutlierMode(Perfolizer.Mathematics.OutlierDetection.OutlierMode.DontRemove))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddLogger(log)
        .WithArtifactsPath(Path.Combine(Directory.GetCurrentDirectory(), ".data", "micro"))
        .WithOptions(ConfigOptions.DisableLogFile);
}
