using System.Text.Json;

namespace EndpointSync.Cli.Api;

/// <summary>The parts of the API's problem details that the commands print.</summary>
internal sealed record Problem(
    string? Title = null, string? Detail = null, Dictionary<string, string[]>? Errors = null)
{
    /// <summary>
    /// The problem as lines; an answer without problem details is shown as its status and its beginning.
    /// </summary>
    public static IEnumerable<string> Describe(ApiAnswer answer)
    {
        var problem = Read(answer);
        yield return problem?.Title ?? $"The server answered {(int)answer.Status} {answer.Status}";
        if ((problem is null ? Beginning(answer.Text) : problem.Detail) is { Length: > 0 } detail)
        {
            yield return detail;
        }

        foreach (var complaint in problem?.Errors?.Values.SelectMany(complaints => complaints) ?? [])
        {
            yield return $"  {complaint}";
        }
    }

    private static Problem? Read(ApiAnswer answer)
    {
        try
        {
            return answer.Read<Problem>();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Beginning(string text) => text.Length > 200 ? text[..200] : text;
}
