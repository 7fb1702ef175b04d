namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>
/// The row that OCA's endpoint_route_handler writes for an endpoint, as it was observed with OpenSPP's fields. It is
/// written apart from EndpointSync's own row, so that a mistake there shows as a difference.
/// </summary>
internal sealed record UpstreamRow(string Key, string Route, string Opts, string Routing)
{
    private const string Handler =
        """
        {"handler": {"klass_dotted_path": "odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController", "method_name": "auto_not_found"}}
        """;

    public static UpstreamRow Of(int id, string rootPath) => new(
        $"fastapi.endpoint:{id}:/|/<path:application_path>",
        $"{rootPath}/|{rootPath}/<path:application_path>",
        Handler,
        $$"""
        {"type": "fastapi", "auth": "public", "methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"], "routes": ["{{Json(rootPath)}}/", "{{Json(rootPath)}}/<path:application_path>"], "save_session": false, "readonly": false}
        """);

    // As Python's json.dumps writes it.
    private static string Json(string text) => string.Concat(text.Select(letter => letter switch
    {
        '"' or '\\' => $"\\{letter}",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' or > '~' => $"\\u{(int)letter:x4}",
        _ => letter.ToString(),
    }));
}
