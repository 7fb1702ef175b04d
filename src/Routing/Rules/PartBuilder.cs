using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>Builds the parts of a rule, one after the other.</summary>
internal sealed class PartBuilder
{
    private readonly List<Piece> _pieces = [];
    private readonly List<Variable> _variables = [];
    private readonly List<int> _staticLengths = [];
    private string _static = "";
    private int _built;

    /// <summary>
    /// Whether a variable that takes slashes was added, so that a slash continues the part instead of ending it.
    /// </summary>
    public bool IsFinal { get; private set; }

    /// <summary>Resets the builder for the next rule.</summary>
    public void Clear()
    {
        (_built, IsFinal) = (0, false);
        ClearPart();
    }

    public void AddStatic(string text)
    {
        _staticLengths.Add(CodePoints.Count(text));
        _static += text;
    }

    public void AddSlash() => _static += "/";

    public void AddVariable(Variable variable)
    {
        FlushStatic();
        _pieces.Add(variable.Piece);
        _variables.Add(variable);
        IsFinal |= variable.TakesSlashes;
    }

    /// <summary>Builds the part and begins the rule's next one.</summary>
    public Part Build()
    {
        var part = _variables.Count == 0 ? new Part(_built, _static, null, []) : BuildDynamic();
        _built++;
        ClearPart();
        return part;
    }

    private void ClearPart()
    {
        _static = "";
        _staticLengths.Clear();
        _variables.Clear();
        _pieces.Clear();
    }

    private Part BuildDynamic()
    {
        FlushStatic();
        var shape = PartShape.Of(_pieces, _staticLengths, _variables);
        return new(_built, shape.Content, shape, [.. _variables]);
    }

    private void FlushStatic()
    {
        if (_static != "")
        {
            _pieces.Add(new LiteralPiece(_static));
        }

        _static = "";
    }
}
