using System.CommandLine;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Profiles;

namespace EndpointSync.Cli.Options;

/// <summary>The options that the commands share.</summary>
internal static class CommonOptions
{
    public static Option<string?> Server { get; } = new("--server")
    {
        Description = "The address of any silo's HTTP API. Default: that of the profile, or else "
            + $"ENDPOINTSYNC_SERVER, or else {Connection.DefaultServer}.",
        HelpName = "url",
        Recursive = true,
    };

    public static Option<string?> Profile { get; } = new("--profile")
    {
        Description = "The cluster, by its name in the file of profiles. Default: ENDPOINTSYNC_PROFILE, or else the "
            + "file's default.",
        HelpName = "name",
        Recursive = true,
    };

    public static Option<string?> KeyFile { get; } = new("--key-file")
    {
        Description = "The file with the key of the HTTP API. Default: that of the profile, or else "
            + "ENDPOINTSYNC_KEY, or else the file that ENDPOINTSYNC_KEY_FILE names.",
        HelpName = "path",
        Recursive = true,
    };

    public static Option<string?> CaFile { get; } = new("--ca-file")
    {
        Description = "The file with the authority of the silos' certificates, if it is your own. Default: that of "
            + "the profile, or else ENDPOINTSYNC_CA_FILE.",
        HelpName = "path",
        Recursive = true,
    };

    public static Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "json: the API's JSON unchanged. For lists also wide: more columns, and name: names alone.",
        HelpName = "json|wide|name",
        Recursive = true,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Enum.TryParse<OutputFormat>(text, ignoreCase: true, out var format) && !char.IsDigit(text[0]))
            {
                return format;
            }

            result.AddError($"--output '{text}' is none of json, wide and name.");
            return default;
        },
    };

    public static Option<bool> Json { get; } =
        new("--json") { Description = "The same as -o json.", Recursive = true };

    public static OutputFormat FormatOf(ParseResult parsed) =>
        parsed.GetValue(Json) ? OutputFormat.Json : parsed.GetValue(Output);
}
