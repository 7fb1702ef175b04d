using System.Buffers;
using System.Globalization;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Routing;

namespace EndpointSync.Worker.Dispatch;

/// <summary>Converts a rule's values to invariant text, from which ASP.NET Core binds parameters.</summary>
internal static class RouteValueText
{
    private const int MostDigitsAsTheyAre = 18;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    public static void Fill(RouteValueDictionary target, RouteValues values)
    {
        target.Clear();
        for (var index = 0; index < values.Count; index++)
        {
            var value = values[index];
            target[value.Name] = Of(value);
        }
    }

    private static string Of(RouteValue value) => value.Kind switch
    {
        RouteValueKind.Whole when IsCanonical(value.Text) => value.Text.ToString(),
        RouteValueKind.Whole => value.ToBigInteger().ToString(CultureInfo.InvariantCulture),
        RouteValueKind.Real => value.ToDouble().ToString("R", CultureInfo.InvariantCulture),
        RouteValueKind.Uuid => value.ToGuid().ToString("D"),
        RouteValueKind.Ids => Ids(value.Text),
        _ => value.Text.ToString(),
    };

    private static bool IsCanonical(ReadOnlySpan<char> text) =>
        text.Length <= MostDigitsAsTheyAre && !text.ContainsAnyExcept(Digits) && (text.Length == 1 || text[0] != '0');

    private static string Ids(ReadOnlySpan<char> text)
    {
        List<string> ids = [];
        foreach (var part in text.Split(','))
        {
            var id = text[part].TrimStart('0');
            ids.Add(id.IsEmpty ? "0" : id.ToString());
        }

        return string.Join(',', ids);
    }
}
