using System.Globalization;

namespace EndpointSync.Silo.Problems;

/// <summary>
/// Serves the page that the type of a problem leads to. It needs no credential: it is the same on every silo of the
/// release, and says nothing about this one.
/// </summary>
internal static class ProblemPages
{
    public static void MapProblems(this WebApplication app)
    {
        foreach (var type in ProblemTypes.All)
        {
            var page = string.Create(
                CultureInfo.InvariantCulture, $"{type.Status} {type.Title}\n\n{type.Meaning}\n\n{type.Uri}\n");
            app.MapGet(type.Uri, () => TypedResults.Text(page)).AllowAnonymous().ExcludeFromDescription();
        }
    }
}
