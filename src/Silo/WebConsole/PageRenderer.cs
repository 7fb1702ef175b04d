using System.Security.Cryptography;
using System.Text;
using EndpointSync.Silo.Access;
using EndpointSync.WebConsole.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Net.Http.Headers;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Renders a page as it is sent: whole, with a tag, and with a policy that lets it load the console's own files only.
/// </summary>
internal sealed class PageRenderer(
    IServiceProvider services, ILoggerFactory logging, HttpSettings settings, ILocalSiloDetails silo,
    TimeProvider clock)
{
    // No inline script or style, and nothing of another site: text that was not encoded would do nothing.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

    public async Task WriteAsync(HttpContext http, Type page, IDictionary<string, object> parameters, int status)
    {
        var html = Encoding.UTF8.GetBytes(await RenderAsync(page, parameters, VisitorOf(http)));
        var response = http.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        // With no referrer at all browsers would hide the origin of a form, which is what forms are checked by.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.ContentType = "text/html; charset=utf-8";
        response.StatusCode = status;
        if (status == StatusCodes.Status200OK && HttpMethods.IsGet(http.Request.Method))
        {
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(html)[..16])}\"");
            response.GetTypedHeaders().ETag = tag;
            if (http.Request.GetTypedHeaders().IfNoneMatch.Any(
                known => known.Compare(tag, useStrongComparison: false)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }

        response.ContentLength = html.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.Body.WriteAsync(html, http.RequestAborted);
        }
    }

    private async Task<string> RenderAsync(Type page, IDictionary<string, object> parameters, Visitor visitor)
    {
        await using var renderer = new HtmlRenderer(services, logging);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var root = await renderer.RenderComponentAsync<Root>(ParameterView.FromDictionary(
                new Dictionary<string, object?>
                {
                    [nameof(Root.Looking)] = visitor,
                    [nameof(Root.Page)] = page,
                    [nameof(Root.Parameters)] = parameters,
                }));
            return root.ToHtmlString();
        });
    }

    private Visitor VisitorOf(HttpContext http)
    {
        var caller = http.User;
        return new Visitor
        {
            Name = caller.Identity is { IsAuthenticated: true, Name: { } name } ? name : null,
            IsOpen = !settings.IsProtected,
            HasSession = settings.IsProtected && ConsoleCookies.SessionOf(http.Request) is not null,
            FormToken = ConsoleCookies.FormToken(http),
            Base = $"{http.Request.PathBase}/",
            Address = $"{http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}",
            Now = clock.GetUtcNow(),
            Silo = silo.Name,
            May = (role, registry) => Grant.Allows(caller, role, registry, wholeCluster: registry is null),
        };
    }
}
