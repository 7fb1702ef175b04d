namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>A point of a metric as a collector received it.</summary>
/// <param name="Service">The name of the process's service.</param>
/// <param name="Name">The metric's name.</param>
/// <param name="Labels">Its attributes that are texts.</param>
/// <param name="Value">Its whole number; 0 if it has none.</param>
/// <param name="Exemplars">The ids of the traces of its exemplars.</param>
internal sealed record MetricPoint(
    string Service, string Name, IReadOnlyDictionary<string, string> Labels, long Value,
    IReadOnlyList<string> Exemplars);
