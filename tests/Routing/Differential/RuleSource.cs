using System.Text.RegularExpressions;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>
/// Generates rules, and paths that they match or nearly match, from few words, so that many of them overlap.
/// </summary>
internal sealed partial class RuleSource(Random random)
{
    private static readonly string[] Statics =
    [
        "a", "a", "b", "b", "ab", "a-b", "é", "x.y", "1", "12", "a b", "%", "日本", "+", "😀", "(", "[a]", "a>b",
        "a\nb", "A", "?", "#", "a*", "\\d",
    ];

    private static readonly (string Converter, string[] Samples)[] Converters =
    [
        ("", ["a", "ab", "日本", "😀", "a\nb", "1"]),
        ("", ["a", "b", "12"]),
        ("default:", ["a", "b"]),
        ("string:", ["a", "ab"]),
        ("string(length=2):", ["ab", "日本", "😀😀", "a", "abc", "😀"]),
        ("string(minlength=2,maxlength=2):", ["ab", "abc"]),
        ("string(minlength=2):", ["ab", "a", "😀", "abc"]),
        ("string(maxlength=3):", ["ab", "abcd", "日本語😀"]),
        ("string(minlength=0):", ["", "a"]),
        ("string(2, 3):", ["ab", "abc", "a"]),
        ("int:", ["0", "12", "007", "-3", "--3", "٣٤", "𝟏𝟐", "99999999999999999999", "1.5", "²"]),
        ("int:", ["1", "12", "3"]),
        ("int(min=5):", ["4", "5", "٦", "-6", "99999999999999999999"]),
        ("int(max=12):", ["12", "13", "-99999999999999999999"]),
        ("int(min=2.5, max=7.5):", ["2", "3", "7", "8"]),
        ("int(fixed_digits=2):", ["12", "1", "-1", "012", "٣٤"]),
        ("int(2):", ["12", "1"]),
        ("int(signed=True):", ["-3", "--3", "3", "---3"]),
        ("int(signed=False, min=0):", ["-3", "3"]),
        ("int(min=-5):", ["12345", "5", "-5"]),
        ("float:", ["1.5", "0.0", "1.", ".5", "-1.5", "٣.٥", "1e5", "1.7976931348623157", "12.12"]),
        ("float(min=1, max=2):", ["1.0", "2.5", "1.5"]),
        ("float(signed=True):", ["-1.5", "1.5", "--1.5"]),
        ("path:", ["a", "a/b", "a/b/", "a//b", "/a", "a\nb", "a/\nb", "\na", "12", "a/edit", ""]),
        ("path:", ["a", "b/a", "a/b"]),
        ("any(a,b):", ["a", "b", "ab"]),
        ("any(ab, a, b):", ["ab", "a", "aba"]),
        ("any('a/b', \"a\"):", ["a/b", "a"]),
        ("any(1,2):", ["1,2", "1"]),
        ("any():", ["", "a"]),
        ("any('x)y', 'a:b>'):", ["x)y", "a:b>"]),
        ("uuid:",
            [
                "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "6F9619FF-8B86-D011-B42D-00CF4FC964FF",
                "6f9619ff8b86d011b42d00cf4fc964ff"]),
        ("model('res.partner'):", ["1", "12", "٣", "-1", "99999999999999999999999"]),
        ("model(\"res.users\"):", ["1", "7"]),
        ("models('res.partner'):", ["1", "1,2", "1,,2", ",", "1,12,3"]),
    ];

    private static readonly string[] Faulty =
    [
        "<", "<a", "<a b>", "<int(min=1:x>", "<unknown:x>", "<int(digits=2):x>", "<string(1,2,3,4):x>", "<any(1):x>",
        "<any(a=b):x>", "<None>", "<>",
        "<v0><v0>", "<string(length=x):y>", "<string(3,2):y>", "<int(min=a):y>", "<float(max='1'):y>",
        "<int(fixed_digits=x):y>", "<int(1,fixed_digits=1):y>",
        "<model(1,2):y>", "<uuid(1,a=2):y>", "<path(x):y>", "<string(length='2'):y>", "<string(length='-2'):y>",
        "<string(minlength=None):y>", "<1a>", "<é>",
        "<int(True):y>", "<int(max=None):y>", "<string(length=None):y>", "<int(min=1_0):y>", "<int(5,):y>",
        "<any(a\n):y>", "<any(inf):y>", "<any(é,日本):y>",
    ];

    // The pieces of the text between the parentheses of a converter, where that text is random.
    private static readonly string[] Scraps =
    [
        "1", "2", "30", "0", "a", "b", "min", "max", "length", "True", "None", "inf", "e", ".", ",", ",", ",", "=",
        "=", "'", "\"", " ", "_", "-", "u'", "é", "٣", ")",
    ];

    private static readonly string[] Probes =
        ["12", "5", "1", "2", "a", "ab", "é", "1,2", "5,", "30", "1.0", "-3", "", "a=b"];

    private static readonly string[] MethodNames =
        ["GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "patch", "Purge", "TRACE"];

    private int _variables;

    public string Rule()
    {
        _variables = 0;
        var rule = string.Concat(
            Enumerable.Range(0, random.Next(0, 4)).Select(_ => "/" + Segment())) + (random.Next(3) == 0 ? "/" : "");
        return rule.StartsWith('/') || random.Next(20) == 0 ? rule : "/" + rule;
    }

    public IReadOnlyList<string> Methods() =>
        random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(MethodNames))];

    public string Method() => Pick(MethodNames);

    /// <summary>A path with a sample in place of each variable, now and then with something changed.</summary>
    public string PathFor(string rule)
    {
        foreach (var (converter, samples) in Converters)
        {
            for (var number = 0; number < 9; number++)
            {
                rule = rule.Replace($"<{converter}v{number}>", Pick(samples), StringComparison.Ordinal);
            }
        }

        rule = AnyVariable().Replace(rule, _ => Pick(Probes));
        return random.Next(3) == 0 ? Changed(rule) : rule;
    }

    private string Segment() => random.Next(24) switch
    {
        0 => "",
        1 => random.Next(2) == 0
            ? Pick(Faulty)
            : $"<{Pick(["any", "any", "string", "int", "float"])}({Arguments()}):y>",
        < 10 => Pick(Statics),
        < 19 => Variable(),
        < 22 => Pick(Statics) + Variable(),
        22 => Variable() + Pick(Statics) + Variable(),
        _ => Variable() + Variable() + "-" + Variable(),
    };

    private string Arguments() => string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => Pick(Scraps)));

    private string Variable() => $"<{Pick(Converters).Converter}v{_variables++}>";

    private string Changed(string path) => random.Next(6) switch
    {
        0 => path + "/",
        1 => path.TrimEnd('/'),
        2 => path.Replace("/", "//", StringComparison.Ordinal),
        3 => path + "/" + Pick(Statics),
        4 => path.Length > 0
            ? path.Remove(random.Next(path.Length)) is var cut && cut.Length > 0 && char.IsHighSurrogate(cut[^1])
            ? cut[..^1]
            : cut
            : path,
        _ => path + Pick(Statics),
    };

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex AnyVariable();

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
