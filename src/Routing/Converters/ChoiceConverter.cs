using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Pieces;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Converters;

/// <summary>Makes variables of <c>any</c>; its arguments are the allowed texts.</summary>
internal static class ChoiceConverter
{
    public static Variable? Create(string name, ArgumentList arguments, out string reason)
    {
        reason = Reason(arguments);
        return reason == ""
            ? new(name, ChoicePiece.Of([.. arguments.Placed.Select(item => item.Text!)]), RouteValueKind.Text)
            : null;
    }

    private static string Reason(ArgumentList arguments)
    {
        if (arguments.Named.Count > 0)
        {
            return $"there is no argument '{arguments.Named.Keys.First()}'";
        }

        return arguments.Placed.All(item => item.Text is not null)
            ? ""
            : "the items must be names or quoted text; quote numbers";
    }
}
