using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Arguments;

/// <summary>
/// Finds the arguments in the text between a converter's parentheses. Werkzeug takes every text that parses as an
/// argument and skips the rest, so that <c>min=-5</c> is the unnamed argument 5. A rule must mean the same here.
/// </summary>
internal sealed class ArgumentScanner
{
    private static readonly string[] ConstantNames = ["True", "False"];

    private readonly string _text;
    private readonly List<ArgumentValue> _placed = [];
    private readonly Dictionary<string, ArgumentValue> _named = new(StringComparer.Ordinal);

    private ArgumentScanner(string text) => _text = text + ",";

    public static ArgumentList Scan(string text)
    {
        if (text == "")
        {
            return ArgumentList.Empty;
        }

        var scanner = new ArgumentScanner(text);
        for (var position = 0; position < scanner._text.Length;)
        {
            position = scanner.TakeAt(position) ?? position + 1;
        }

        return new(scanner._placed, scanner._named);
    }

    private int? TakeAt(int position) => TakeNamed(position) ?? TakePlaced(position);

    private int? TakeNamed(int position)
    {
        var nameEnd = Words.End(_text, position);
        var sign = SkipBlanks(nameEnd);
        if (nameEnd == position || _text[sign] != '=')
        {
            return null;
        }

        return TakeValue(SkipBlanks(sign + 1), value => _named[_text[position..nameEnd]] = value);
    }

    private int? TakePlaced(int position) => TakeValue(position, _placed.Add);

    private int? TakeValue(int start, Action<ArgumentValue> take)
    {
        if (QuotedOrBareEnd(start) is not { } value)
        {
            return null;
        }

        take(ArgumentReading.Read(_text[value]));
        return SkipBlanks(value.End.Value) + 1;
    }

    private Range? QuotedOrBareEnd(int start)
    {
        if (BareEnds(start).Where(EndsArgument).Select(end => (int?)end).FirstOrDefault() is { } bare)
        {
            return start..bare;
        }

        var quote = start + (_text[start] is 'u' or 'r' or 'U' or 'R' ? 1 : 0);
        return QuotedEnd(quote) is { } end && EndsArgument(end) ? quote..end : null;
    }

    /// <summary>
    /// Where a value without quotes may end, in Werkzeug's order: a constant, two runs of digits with any character
    /// between, digits and any character, digits, or a run of letters, digits, underscores and points.
    /// </summary>
    private IEnumerable<int> BareEnds(int start)
    {
        var digits = Digits(start);
        return Constants(start)
            .Concat(digits.SelectMany(end => AnyThen(end).SelectMany(Digits)))
            .Concat(digits.SelectMany(AnyThen))
            .Concat(digits)
            .Concat(Words.End(_text, start, alsoPoints: true) is var end && end > start ? [end] : []);
    }

    private IEnumerable<int> Constants(int start) =>
        ConstantNames.Where(name => string.CompareOrdinal(_text, start, name, 0, name.Length) == 0).Select(
            name => start + name.Length);

    private int[] Digits(int start)
    {
        var ends = new List<int>();
        for (var end = start; end < _text.Length && CodePoints.DigitAt(_text, end) >= 0;)
        {
            ends.Insert(0, end += CodePoints.LengthAt(_text, end));
        }

        return [.. ends];
    }

    private IEnumerable<int> AnyThen(int at) =>
        at < _text.Length && _text[at] != '\n' ? [at + CodePoints.LengthAt(_text, at)] : [];

    private int? QuotedEnd(int start)
    {
        if (start >= _text.Length || _text[start] is not ('"' or '\''))
        {
            return null;
        }

        var end = _text.IndexOf(_text[start], start + 1);
        return end < 0 ? null : end + 1;
    }

    private bool EndsArgument(int end) => SkipBlanks(end) is var comma && comma < _text.Length && _text[comma] == ',';

    private int SkipBlanks(int at)
    {
        while (at < _text.Length && Blank.Is(_text[at]))
        {
            at++;
        }

        return at;
    }
}
