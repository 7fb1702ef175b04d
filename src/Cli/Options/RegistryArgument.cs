using System.CommandLine;
using System.CommandLine.Completions;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Profiles;

namespace EndpointSync.Cli.Options;

/// <summary>The argument that names a registry. Where the profile names one, it may be left out.</summary>
internal sealed class RegistryArgument
{
    private readonly Argument<string?> _registry = new("registry")
    {
        Description = "The registry's name. Default: that of the profile.",
        // Otherwise help shows what completion proposes, and asks a silo for it.
        HelpName = "registry",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string?>? _further;

    public RegistryArgument()
    {
    }

    /// <param name="further">The name of the argument that follows.</param>
    /// <param name="description">What that one is.</param>
    public RegistryArgument(string further, string description) => _further = new Argument<string?>(further)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    public void AddTo(Command command)
    {
        _registry.CompletionSources.Add(context => RegistryNames.Suggest(context.ParseResult)
            .Select(name => new CompletionItem(name)));
        command.Add(_registry);
        if (_further is not null)
        {
            command.Add(_further);
        }
    }

    /// <exception cref="UsageException">There is none.</exception>
    public string Of(ParseResult parsed, Connection connection) => Read(parsed, connection).Registry;

    /// <summary>The registry, and the argument that follows it.</summary>
    /// <exception cref="UsageException">One of them is missing.</exception>
    public (string Registry, string Further) Read(ParseResult parsed, Connection connection)
    {
        var (first, second) =
            (parsed.GetValue(_registry), _further is null ? null : parsed.GetValue(_further));
        if (_further is not null && second is null)
        {
            (first, second) = (null, first);
        }

        return _further is not null && second is null
            ? throw new UsageException($"The {_further.Name} is missing.")
            : (first ?? connection.Registry ?? throw new UsageException(
                "Which registry? Give its name, or name one in the profile."), second ?? "");
    }
}
