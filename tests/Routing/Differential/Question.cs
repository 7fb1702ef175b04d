using System.Text.Json.Serialization;
using EndpointSync.Routing;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Tests.Routing.Differential;

internal sealed record Request(
    [property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("method")] string Method);

/// <summary>Entries and the requests to ask of them.</summary>
internal sealed record Question(IReadOnlyList<RouteEntry> Entries, IReadOnlyList<Request> Requests)
{
    /// <summary>The question in the oracle's words: entries in the order that the table gives them.</summary>
    public object ToOracle() => new
    {
        entries = Entries.OrderBy(entry => entry.Key, Comparer<string>.Create(KeyOrder.Compare))
            .Select(entry => new { key = entry.Key, rules = entry.Rules, methods = entry.Methods }),
        requests = Requests,
    };

    public RouteTable Table() => RouteTable.Empty.Apply(1, Entries.Select(RouteTableChange.Put));
}
