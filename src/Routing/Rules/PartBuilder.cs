using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Rules;

/// <summary>Collects what stands between two slashes of a rule.</summary>
internal sealed class PartBuilder
{
    private readonly List<Piece> _pieces = [];
    private readonly List<Variable> _variables = [];
    private readonly List<int> _staticLengths = [];
    private string _static = "";

    /// <summary>Whether a variable that takes slashes was added, so that a slash goes on with the part instead of ending it.</summary>
    public bool IsFinal => _variables.Exists(variable => variable.TakesSlashes);

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
    }

    public Part Build()
    {
        if (_variables.Count > 0)
            FlushStatic();
        return new()
        {
            Variables = [.. _variables],
            Pieces = [.. _pieces],
            Content = _variables.Count == 0 ? _static : string.Join(';', _pieces.Select(piece => piece.Signature)),
            Weight = new([.. _staticLengths], [.. _variables.Select(variable => variable.Weight)]),
            IsFinal = IsFinal,
        };
    }

    private void FlushStatic()
    {
        if (_static != "")
            _pieces.Add(new LiteralPiece(_static));
        _static = "";
    }
}
