namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>A span as a collector received it.</summary>
/// <param name="Service">The name of the process's service.</param>
/// <param name="Name">The span's name.</param>
/// <param name="Trace">The id of its trace.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">The id of its parent; empty for a root.</param>
/// <param name="Links">The ids of the traces that it links to.</param>
/// <param name="Tags">Its attributes that are texts.</param>
internal sealed record Span(
    string Service, string Name, string Trace, string Id, string Parent, IReadOnlyList<string> Links,
    IReadOnlyDictionary<string, string> Tags)
{
    public override string ToString() => $"{Service}: {Name} {Id} below {Parent} in {Trace}";
}
