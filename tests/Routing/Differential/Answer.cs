using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>Puts the answers of table and oracle into the same words.</summary>
internal static class Answer
{
    public const string Error = "Error";

    public static string Of(RouteTable table, Request request)
    {
        var match = table.Match(request.Path, request.Method);
        return match.Outcome switch
        {
            RouteOutcome.Found => $"Found {match.Entry!.Key} {match.Rule} {Values(match.Values)}",
            RouteOutcome.Redirect => $"Redirect {match.GetRedirectPath()}",
            RouteOutcome.MethodNotAllowed => $"MethodNotAllowed {string.Join(' ', match.GetAllowedMethods())}",
            _ => "NotFound",
        };
    }

    public static string Of(JsonNode answer, Question question) => (string)answer["outcome"]! switch
    {
        "Found" => $"Found {answer["key"]} {RuleOf(answer, question)} {Values(answer["values"]!.AsObject())}",
        "Redirect" => $"Redirect {answer["path"]}",
        "MethodNotAllowed" => $"MethodNotAllowed {string.Join(' ', answer["allowed"]!.AsArray())}",
        var outcome => outcome,
    };

    private static string RuleOf(JsonNode answer, Question question) =>
        question.Entries.Single(entry => entry.Key == (string)answer["key"]!).Rules[(int)answer["rule"]!];

    private static string Values(JsonObject values) =>
        string.Join(", ", values.Select(value => $"{value.Key}={value.Value![0]} {value.Value[1]}"));

    private static string Values(RouteValues values)
    {
        var words = new string[values.Count];
        for (var index = 0; index < values.Count; index++)
        {
            words[index] = $"{values[index].Name}={Word(values[index])}";
        }

        return string.Join(", ", words);
    }

    private static string Word(RouteValue value) => value.Kind switch
    {
        RouteValueKind.Text => $"text {value.Text}",
        RouteValueKind.Real => $"real {BitConverter.DoubleToInt64Bits(value.ToDouble()):x16}",
        RouteValueKind.Uuid => $"uuid {value.ToGuid()}",
        // Generated ids may be too long for a list of numbers of 64 bits.
        RouteValueKind.Ids => "ids " + string.Join(
            ',', value.Text.ToString().Split(',').Select(id => BigInteger.Parse(id, CultureInfo.InvariantCulture))),
        _ => $"whole {value.ToBigInteger()}",
    };
}
