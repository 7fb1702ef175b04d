using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Problems;

/// <summary>
/// A kind of error that the HTTP API answers with. Clients rely on its URI and status, not on its texts.
/// </summary>
/// <param name="Name">The last segment of the URI. It never changes.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Meaning">When it comes and what to do, for the page that the URI leads to.</param>
internal sealed record ProblemType(string Name, int Status, string Title, string Meaning)
{
    /// <summary>The path below which each silo serves the pages of the types.</summary>
    public const string BasePath = "/problems";

    /// <summary>
    /// The <c>type</c> of problem details: a reference relative to the silo, with the full path as RFC 9457, section
    /// 3.1.1, asks for. It is compared as a string.
    /// </summary>
    public string Uri => $"{BasePath}/{Name}";

    /// <summary>Problem details of this type.</summary>
    /// <param name="detail">What failed here, with which value, and what happens next.</param>
    /// <param name="title">Another title than the type's; null for that one.</param>
    public ProblemDetails Describe(string? detail, string? title = null) =>
        new() { Type = Uri, Status = Status, Title = title ?? Title, Detail = detail };

    /// <summary>An answer of this type.</summary>
    /// <param name="detail">What failed here, with which value, and what happens next.</param>
    /// <param name="title">Another title than the type's; null for that one.</param>
    /// <param name="extensions">Further members.</param>
    public ProblemHttpResult Answer(
        string? detail, string? title = null, IEnumerable<KeyValuePair<string, object?>>? extensions = null)
    {
        var details = Describe(detail, title);
        foreach (var (name, value) in extensions ?? [])
        {
            details.Extensions[name] = value;
        }

        return TypedResults.Problem(details);
    }
}
