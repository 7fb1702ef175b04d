using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>The content hash as docs/protocol.md describes it, apart from the product's own.</summary>
internal static class ContentHash
{
    public static string Of(IEnumerable<IReadOnlyList<string?>> routes)
    {
        var sum = new byte[32];
        foreach (var route in routes)
        {
            var digest = OfRoute(route);
            for (var index = 0; index < sum.Length; index++)
            {
                sum[index] ^= digest[index];
            }
        }

        return Convert.ToHexStringLower(sum);
    }

    /// <param name="route">Key, route, opts, routing, route group and app.</param>
    public static byte[] OfRoute(IReadOnlyList<string?> route) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(route.Select(Field))));

    private static string Field(string? text) =>
        text is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}:{text}");
}
