namespace EndpointSync.Cli.Commands;

/// <summary>The endpoints that cannot be routed, each with its reason.</summary>
internal static class QuarantineTable
{
    public static void Print(TextWriter output, IReadOnlyList<RejectedEndpoint> rejected)
    {
        if (rejected.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteTable(
            ["QUARANTINED", "NAME", "ROOT PATH", "REASON"],
            rejected.Select(endpoint => new[]
            {
                Columns.Text(endpoint.Id), endpoint.Name, endpoint.RootPath ?? "", endpoint.Reason,
            }));
    }
}
