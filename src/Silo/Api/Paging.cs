using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Api;

/// <summary>
/// The pages of long lists. Each answer has <c>next</c>, which the next question gives as <c>cursor</c>.
/// </summary>
internal static class Paging
{
    /// <summary>The description of the parameter <c>cursor</c>.</summary>
    public const string Cursor = "The next page: next of the page before it";

    /// <summary>The description of the parameter <c>limit</c>.</summary>
    public const string Limit = "At most this many, 1 to 10000; 1000 by default";

    public const int DefaultLimit = 1_000;

    private const int HighestLimit = 10_000;

    /// <summary>Checks the parameters of a list.</summary>
    /// <param name="limit">How many are wanted on a page.</param>
    /// <param name="numbers">Versions and ids, which are not negative.</param>
    /// <returns>What is wrong; null if nothing is.</returns>
    public static ValidationProblem? Refuse(int? limit, params (string Name, long? Value)[] numbers)
    {
        var errors = new Dictionary<string, string[]>();
        if (limit is < 1 or > HighestLimit)
        {
            errors[nameof(limit)] = [$"'{limit}' does not lie between 1 and {HighestLimit}"];
        }

        foreach (var (name, value) in numbers)
        {
            if (value < 0)
            {
                errors[name] = [$"'{value}' is negative"];
            }
        }

        return errors.Count > 0 ? TypedResults.ValidationProblem(errors) : null;
    }
}
