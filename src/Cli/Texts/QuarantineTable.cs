using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>The endpoints that cannot be routed, each with its reason.</summary>
internal static class QuarantineTable
{
    public static Listing<RejectedEndpoint> Listing { get; } = new(
        endpoint => Columns.Text(endpoint.Id),
        new("QUARANTINED", endpoint => Columns.Text(endpoint.Id)),
        new("NAME", endpoint => endpoint.Name),
        new("ROOT PATH", endpoint => endpoint.RootPath ?? ""),
        new("REASON", endpoint => new Cell(endpoint.Reason, Tone.Warning)));

    public static void Print(Report report, IReadOnlyList<RejectedEndpoint> rejected)
    {
        if (rejected.Count > 0)
        {
            report.Line();
            Listing.Print(report, rejected);
        }
    }
}
