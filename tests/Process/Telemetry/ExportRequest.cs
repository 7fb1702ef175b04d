namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>
/// A message of OTLP: what one process exports at once. The numbers are those of the fields in OTLP's protobuf files.
/// </summary>
internal sealed class ExportRequest(ProtobufFields message)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    public List<Span> Spans() =>
    [
        .. from one in Parts()
        select new Span(
            one.Service, one.Part.Text(5), one.Part.Hex(1), one.Part.Hex(2), one.Part.Hex(4),
            [.. one.Part.Messages(13).Select(link => link.Hex(1))], Attributes(one.Part, 9)),
    ];

    public List<MetricPoint> Points() =>
    [
        .. from one in Parts()
        from kind in new[] { Gauge, Sum, Histogram }
        from data in one.Part.Messages(kind)
        from point in data.Messages(1)
        select new MetricPoint(
            one.Service, one.Part.Text(1), Attributes(point, kind == Histogram ? 9 : 7),
            kind == Histogram ? 0 : point.Long(6),
            kind == Histogram ? [.. point.Messages(8).Select(exemplar => exemplar.Hex(5))] : []),
    ];

    private IEnumerable<(string Service, ProtobufFields Part)> Parts() =>
        from resource in message.Messages(1)
        let service = Attributes(resource.Messages(1).Single(), 1)["service.name"]
        from scope in resource.Messages(2)
        from part in scope.Messages(2)
        select (service, part);

    private static Dictionary<string, string> Attributes(ProtobufFields message, int number) =>
        message.Messages(number).ToDictionary(
            one => one.Text(1), one => one.Messages(2).Single().Text(1), StringComparer.Ordinal);
}
