using EndpointSync.Silo.Problems;
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

    /// <summary>One page of a list that is in memory.</summary>
    /// <param name="all">The list, in the ordinal order of its keys.</param>
    /// <param name="keyOf">The key of an item. Items with one key stay on one page.</param>
    /// <param name="cursor">The last key of the page before; null for the first page.</param>
    /// <param name="limit">How many are wanted on a page.</param>
    /// <returns>The page, and the cursor of the next one; null if it is the last.</returns>
    public static (IReadOnlyList<T> Page, string? Next) Cut<T>(
        IEnumerable<T> all, Func<T, string> keyOf, string? cursor, int limit)
    {
        var rest = all.Where(item => cursor is null || string.CompareOrdinal(keyOf(item), cursor) > 0).ToList();
        if (rest.Count <= limit)
        {
            return (rest, null);
        }

        var last = keyOf(rest[limit - 1]);
        List<T> page = [.. rest.TakeWhile(item => string.CompareOrdinal(keyOf(item), last) <= 0)];
        return (page, page.Count < rest.Count ? last : null);
    }

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

        return errors.Count > 0 ? ProblemTypes.Invalid(errors) : null;
    }
}
