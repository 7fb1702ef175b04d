using System.Buffers;

namespace EndpointSync.Routing.Methods;

internal static class MethodToken
{
    // The characters of a token, RFC 9110 section 5.6.2.
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>
    /// The position of the first character that no HTTP method has; 0 if the text is empty; -1 if the text is a method.
    /// </summary>
    public static int FirstFault(string method) => method.Length == 0 ? 0 : method.AsSpan().IndexOfAnyExcept(Token);
}
