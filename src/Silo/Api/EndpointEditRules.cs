using EndpointSync.Grains.Sync;

namespace EndpointSync.Silo.Api;

/// <summary>What an edit must look like to be stored; the same rules as a sync's, so that nothing that is stored here is quarantined there.</summary>
internal static class EndpointEditRules
{
    private const string Needed = "is needed for a new endpoint";

    public static (EndpointEdit Edit, Dictionary<string, string[]> Errors) CheckNew(EndpointEdit draft)
    {
        var (edit, errors) = CheckChange(draft);
        if (draft.Name is null)
            errors["name"] = [Needed];
        if (draft.RootPath is null)
            errors["rootPath"] = [Needed];
        if (draft.App is null)
            errors["app"] = [Needed];
        return (edit, errors);
    }

    public static (EndpointEdit Edit, Dictionary<string, string[]> Errors) CheckChange(EndpointEdit draft)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (draft.Name is not null && string.IsNullOrWhiteSpace(draft.Name))
            errors["name"] = ["is empty"];
        if (draft.App is not null && string.IsNullOrWhiteSpace(draft.App))
            errors["app"] = ["is empty"];
        if (draft.RootPath is null)
            return (draft, errors);
        if (RootPath.TryNormalize(draft.RootPath, out var rootPath, out var reason))
            return (draft with { RootPath = rootPath }, errors);
        errors["rootPath"] = [reason];
        return (draft, errors);
    }
}
