using System.CommandLine;
using System.CommandLine.Parsing;

namespace EndpointSync.Cli;

/// <summary>The options and the argument that the commands share.</summary>
internal static class CommonOptions
{
    private const string Variable = "ENDPOINTSYNC_SERVER";
    private const string DefaultServer = "http://127.0.0.1:5080";

    public static Option<Uri> Server { get; } = new("--server")
    {
        Description = $"The address of any silo's HTTP API. Default: {Variable}, or else {DefaultServer}.",
        HelpName = "url",
        Recursive = true,
        DefaultValueFactory = result =>
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
                ? Parse(address, Variable, result)
                : new Uri(DefaultServer),
        CustomParser = result => Parse(result.Tokens[0].Value, "--server", result),
    };

    public static Option<string?> KeyFile { get; } = new("--key-file")
    {
        Description = "The file with the key of the HTTP API. Default: ENDPOINTSYNC_KEY, or else the file that "
            + "ENDPOINTSYNC_KEY_FILE names.",
        HelpName = "path",
        Recursive = true,
    };

    public static Option<bool> Json { get; } =
        new("--json") { Description = "Print the API's JSON unchanged.", Recursive = true };

    public static Argument<string> Registry() => new("registry") { Description = "The registry's name." };

    private static Uri Parse(string address, string source, ArgumentResult result)
    {
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return uri;
        }

        result.AddError($"{source} '{address}' is not the address of an HTTP API: write it like {DefaultServer}.");
        return new Uri(DefaultServer);
    }
}
