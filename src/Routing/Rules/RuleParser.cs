using EndpointSync.Routing.Arguments;
using EndpointSync.Routing.Converters;

namespace EndpointSync.Routing.Rules;

/// <summary>Reads the text of a rule into parts.</summary>
internal sealed class RuleParser
{
    // Matching descends a level of the stack for each part.
    private const int MostCharacters = 1_000;

    // Names that Python cannot give to a parameter, which is what Werkzeug makes of a variable.
    private static readonly string[] Reserved = ["None", "True", "False", "__debug__"];

    private readonly string _text;
    private readonly List<Part> _parts = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly PartBuilder _part = new();
    private int _position;
    private string _reason = "";

    private RuleParser(string text) => _text = text;

    /// <summary>Reads a rule.</summary>
    /// <returns>Its parts behind the leading slash; or null, with the reason and the place in the text it applies to.</returns>
    public static Part[]? Parse(string text, out string reason, out int position)
    {
        var parser = new RuleParser(text);
        parser.ParseAll();
        (reason, position) = (parser._reason, parser._position);
        return reason == "" ? [.. parser._parts] : null;
    }

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
            _position = 1;
        }

        while (_reason == "" && _position < _text.Length)
        {
            ParseNext();
        }

        _parts.Add(_part.Build());
    }

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
            Fail(_position, $"the variable '{syntax.Name}' is there twice");
        }
        else if (ConverterCatalog.Create(syntax.Converter, syntax.Name, ArgumentScanner.Scan(syntax.Arguments), out var reason) is not { } variable)
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
