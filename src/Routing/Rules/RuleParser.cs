using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Converters;

namespace EndpointSync.Routing.Rules;

/// <summary>Parses rules into parts, one after the other; its buffers are reused.</summary>
internal sealed class RuleParser
{
    // Matching uses one stack level for each part. The longest root path that a registry accepts, with its variable, is
    // half as long.
    private const int MostCharacters = 2_000;

    // Python does not allow these names for a parameter, and Werkzeug turns a variable into a parameter.
    private static readonly string[] Reserved = ["None", "True", "False", "__debug__"];

    private readonly List<Part> _parts = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly PartBuilder _part = new();
    private string _text = "";
    private int _position;
    private int _partStart;
    private (string Text, Part? Part) _lastEnd;
    private string _reason = "";

    /// <summary>Parses a rule.</summary>
    /// <returns>The parts after the leading slash; or null, with the reason and its position in the text.</returns>
    public Part[]? Parse(string text, out string reason, out int position)
    {
        (_text, _position, _reason) = (text, 0, "");
        _parts.Clear();
        _names.Clear();
        _part.Clear();
        ParseAll();
        (reason, position) = (_reason, _position);
        return reason == "" ? [.. _parts] : null;
    }

    /// <summary>Parses the text of a known rule again.</summary>
    public Part[] ParseAgain(Rule rule) => Parse(rule.Text, out _, out _)!;

    private void ParseAll()
    {
        if (!_text.StartsWith('/'))
        {
            Fail(0, "a rule begins with a slash");
        }
        else if (_text.Length > MostCharacters)
        {
            Fail(MostCharacters, $"a rule has at most {MostCharacters:N0} characters");
        }
        else
        {
            _position = _partStart = 1;
        }

        while (_reason == "" && _position < _text.Length)
        {
            if (_position == _partStart && EndsAsLast())
            {
                _parts.Add(_lastEnd.Part!);
                return;
            }

            ParseNext();
        }

        _parts.Add(_part.Build());
        RememberEnd(_parts[^1]);
    }

    // A registry has many rules, and nearly all end in the same variable, so they share one object.
    private void RememberEnd(Part part)
    {
        if (_reason == "" && !part.IsStatic && part.Variables.Length == _names.Count)
        {
            _lastEnd = (_text[_partStart..], part);
        }
    }

    private bool EndsAsLast() =>
        _names.Count == 0
            && _lastEnd.Part?.Index == _parts.Count
            && _text.AsSpan(_partStart).SequenceEqual(_lastEnd.Text);

    private void ParseNext()
    {
        if (_text[_position] == '/')
        {
            EndPart();
        }
        else if (_text[_position] == '<')
        {
            ParseVariable();
        }
        else
        {
            ParseStatic();
        }
    }

    private void EndPart()
    {
        _position++;
        if (_part.IsFinal)
        {
            _part.AddSlash();
            return;
        }

        _parts.Add(_part.Build());
        _partStart = _position;
    }

    private void ParseStatic()
    {
        var end = _text.IndexOfAny(['<', '/'], _position);
        end = end < 0 ? _text.Length : end;
        _part.AddStatic(_text[_position..end]);
        _position = end;
    }

    private void ParseVariable()
    {
        if (VariableSyntax.Read(_text, _position) is not { } syntax)
        {
            Fail(_position, "'<' opens a variable: <name>, <converter:name> or <converter(arguments):name>");
        }
        else if (Reserved.Contains(syntax.Name))
        {
            Fail(_position, $"'{syntax.Name}' cannot be the name of a variable");
        }
        else if (!_names.Add(syntax.Name))
        {
            Fail(_position, $"the variable '{syntax.Name}' occurs twice");
        }
        else if (ConverterCatalog.Create(
                     syntax.Converter, syntax.Name, ArgumentScanner.Scan(syntax.Arguments), out var reason)
                 is not { } variable)
        {
            Fail(_position, reason);
        }
        else
        {
            Add(variable, syntax.End);
        }
    }

    private void Add(Variable variable, int end)
    {
        _part.AddVariable(variable);
        _position = end;
    }

    private void Fail(int position, string reason) => (_position, _reason) = (position, reason);
}
