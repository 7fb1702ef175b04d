namespace EndpointSync.Routing.Methods;

/// <summary>The methods with a bit of their own, so that sets of them compare in one step.</summary>
internal static class KnownMethods
{
    public const int Count = 9;

    // In alphabetical order, in which they are reported.
    private static readonly string[] All =
        ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

    public static uint BitOf(ReadOnlySpan<char> method) => method switch
    {
        "GET" => 1 << 2,
        "POST" => 1 << 6,
        "HEAD" => 1 << 3,
        "PUT" => 1 << 7,
        "DELETE" => 1 << 1,
        "PATCH" => 1 << 5,
        "OPTIONS" => 1 << 4,
        "CONNECT" => 1 << 0,
        "TRACE" => 1 << 8,
        _ => BitIgnoringCase(method),
    };

    public static IEnumerable<string> Names(uint bits) => All.Where((_, index) => (bits >> index & 1) != 0);

    private static uint BitIgnoringCase(ReadOnlySpan<char> method)
    {
        for (var index = 0; index < All.Length; index++)
        {
            if (method.Equals(All[index], StringComparison.OrdinalIgnoreCase))
            {
                return 1u << index;
            }
        }

        return 0;
    }
}
