using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Silo.Api;

/// <summary>
/// The rules for an edit. They are the same as a sync's, so that no stored edit is quarantined later.
/// </summary>
internal static class EndpointEditRules
{
    private const int MostInName = 200;
    private const int MostInDescription = 20_000;

    public static (EndpointEdit Edit, Dictionary<string, string[]> Errors) CheckNew(EndpointEdit draft)
    {
        var (edit, errors) = CheckChange(draft);
        if (draft.Name is null)
        {
            errors["name"] = ["a new endpoint needs a name"];
        }

        if (draft.RootPath is null)
        {
            errors["rootPath"] = ["a new endpoint needs a root path"];
        }

        if (draft.App is null)
        {
            errors["app"] = ["a new endpoint needs an app"];
        }

        return (edit, errors);
    }

    public static (EndpointEdit Edit, Dictionary<string, string[]> Errors) CheckChange(EndpointEdit draft)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (draft.Name is not null && string.IsNullOrWhiteSpace(draft.Name))
        {
            errors["name"] = ["name is empty"];
        }

        if (draft.App is not null && string.IsNullOrWhiteSpace(draft.App))
        {
            errors["app"] = ["app is empty"];
        }

        Limit(errors, "name", draft.Name, MostInName);
        Limit(errors, "app", draft.App, MostInName);
        Limit(errors, "description", draft.Description, MostInDescription);
        if (new[] { draft.Name, draft.App, draft.Description }
            .Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
        {
            errors["text"] = ["text contains the character U+0000, which Postgres does not store"];
        }
        if (draft.RootPath is null)
        {
            return (draft, errors);
        }

        if (RootPath.TryEnter(draft.RootPath, out var rootPath, out var reason))
        {
            return (draft with { RootPath = rootPath }, errors);
        }

        errors["rootPath"] = [reason];
        return (draft, errors);
    }

    private static void Limit(Dictionary<string, string[]> errors, string field, string? text, int most)
    {
        if (text?.Length > most)
        {
            errors[field] = [$"{field} has {text.Length:N0} characters; {most:N0} is the limit"];
        }
    }
}
