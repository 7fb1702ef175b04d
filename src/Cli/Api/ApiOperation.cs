using System.Text.RegularExpressions;

namespace EndpointSync.Cli.Api;

/// <summary>One operation of the HTTP API, as the commands use it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, with its parameters in braces.</param>
/// <param name="Answer">What the answer is read as; null if its body is not read.</param>
/// <param name="Parameters">The parameters of the query, and the headers, that the commands give.</param>
internal sealed partial record ApiOperation(HttpMethod Method, string Path, Type? Answer, params string[] Parameters)
{
    /// <summary>What the body of a request is written from; null if it has none.</summary>
    public Type? Body { get; init; }

    /// <summary>The path of a request.</summary>
    /// <param name="segments">The values of the path's parameters, in their order.</param>
    /// <param name="query">The query; a parameter without a value is left out.</param>
    /// <exception cref="ArgumentException">The operation declares no such parameter.</exception>
    public ApiCall At(IReadOnlyList<string> segments, params IEnumerable<(string Name, string? Value)> query)
    {
        var next = 0;
        var path = PathParameter().Replace(Path, _ => Uri.EscapeDataString(segments[next++]));
        var given = query.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{Declared(parameter.Name)}={Uri.EscapeDataString(parameter.Value!)}");
        return new ApiCall(
            this, path.TrimStart('/') + (string.Join('&', given) is { Length: > 0 } text ? $"?{text}" : ""));
    }

    private string Declared(string parameter) => Parameters.Contains(parameter)
        ? parameter
        : throw new ArgumentException($"{Method} {Path} does not declare the parameter '{parameter}'.");

    [GeneratedRegex(@"\{[a-z]+\}")]
    private static partial Regex PathParameter();
}

/// <summary>A request of an operation.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Path">Path and query, relative to the silo's address.</param>
internal sealed record ApiCall(ApiOperation Operation, string Path)
{
    /// <summary>The body; null if it has none.</summary>
    public object? Body { get; init; }

    /// <summary>The tag that the resource must still have; null if any will do.</summary>
    public string? IfMatch { get; init; }
}
