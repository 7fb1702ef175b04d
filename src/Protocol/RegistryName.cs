using System.Text.RegularExpressions;

namespace EndpointSync.Core;

/// <summary>The rule for registry names, shared by the client and the silo's settings.</summary>
internal static partial class RegistryName
{
    public const string Rule = "1 to 63 lower-case letters, digits, '.', '_' or '-', and a letter or digit first";

    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex Pattern();
}
