namespace EndpointSync.Silo.Audit;

/// <summary>What an operation tells the audit of itself.</summary>
internal sealed class AuditedChange
{
    public string? Target { get; set; }

    public object? Before { get; set; }

    public object? After { get; set; }

    public ReloadReceipt? Receipt { get; set; }
}

/// <summary>Tells the audit of the request what an operation did.</summary>
internal static class AuditedChangeOfRequest
{
    /// <summary>Records what was changed. States have no secrets: they are shown to every administrator.</summary>
    public static void RecordChange(this HttpContext http, string target, object? before, object? after)
    {
        var change = http.Features.Get<AuditedChange>()!;
        (change.Target, change.Before, change.After) = (target, before, after);
    }

    /// <summary>Records the version that a reload led to.</summary>
    public static void RecordReload(this HttpContext http, ReloadReceipt receipt) =>
        http.Features.Get<AuditedChange>()!.Receipt = receipt;
}
