using System.Reflection;
using System.Text;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// The statements of an embedded <c>.sql</c> file beside the class that runs them. Each statement begins with a line
/// <c>-- name: ...</c>; comment lines are for the reader of the file and are not sent to Postgres.
/// </summary>
internal sealed class SqlFile
{
    private const string NameMark = "-- name: ";

    private readonly string _file;
    private readonly Dictionary<string, string> _statements;

    private SqlFile(string file, Dictionary<string, string> statements) => (_file, _statements) = (file, statements);

    /// <summary>The statement with a name.</summary>
    /// <exception cref="InvalidOperationException">The file has no such statement.</exception>
    public string this[string name] => _statements.TryGetValue(name, out var statement)
        ? statement
        : throw new InvalidOperationException($"{_file} has no statement '{name}'.");

    /// <summary>The names of all statements.</summary>
    public IEnumerable<string> Names => _statements.Keys;

    /// <summary>Reads the file that has the name of a class.</summary>
    /// <exception cref="InvalidOperationException">There is no such file, or its form is wrong.</exception>
    public static SqlFile Of<T>() => Of(typeof(T));

    /// <inheritdoc cref="Of{T}" />
    public static SqlFile Of(Type owner)
    {
        var file = $"{owner.Name}.sql";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not embedded.");
        using var reader = new StreamReader(stream);
        var statements = Parse(file, reader.ReadToEnd());
        foreach (var (name, statement) in statements)
        {
            StatementNames.Add(statement, $"{owner.Name}.{name}");
        }

        return new SqlFile(file, statements);
    }

    private static Dictionary<string, string> Parse(string file, string text)
    {
        var statements = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        StringBuilder? statement = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(NameMark, StringComparison.Ordinal))
            {
                statement = new StringBuilder();
                statements.Add(line[NameMark.Length..].Trim(), statement);
            }
            else if (!line.TrimStart().StartsWith("--", StringComparison.Ordinal) && line.Trim().Length > 0)
            {
                _ = statement?.Append(line.TrimEnd()).Append('\n')
                    ?? throw new InvalidOperationException($"{file} has a statement without a name.");
            }
        }

        return statements.ToDictionary(
            named => named.Key, named => named.Value.ToString().TrimEnd(), StringComparer.Ordinal);
    }
}
