using System.Diagnostics;
using OpenTelemetry.Trace;

namespace EndpointSync.Silo.Telemetry;

/// <summary>
/// Samples every trace but those that a statement of the database would begin: polls and signs of life would be
/// thousands of traces an hour that nobody asked for.
/// </summary>
internal sealed class NoLoneStatements : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => new(
        samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
}
