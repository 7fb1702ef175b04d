using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.WebConsole;

/// <summary>What pages take from the answers of the API's operations.</summary>
internal static class Lists
{
    /// <summary>How many a page of a list has.</summary>
    public const int PageSize = 100;

    /// <summary>The value of an answer; null if it has another one, such as a problem.</summary>
    public static T? ValueOf<T>(this IResult answer)
        where T : class => (answer as IValueHttpResult)?.Value as T;

    /// <summary>What is wrong with fields; null if nothing is.</summary>
    public static IDictionary<string, string[]>? Errors(this IResult answer) =>
        answer.ValueOf<HttpValidationProblemDetails>()?.Errors;

    /// <summary>Why nothing was done, in words; null if something was, or only fields are wrong.</summary>
    public static string? Refusal(this IResult answer) => answer.ValueOf<ProblemDetails>() switch
    {
        null or HttpValidationProblemDetails => null,
        var problem => $"{problem.Title}. {problem.Detail}",
    };
}
