using EndpointSync.Silo.Access;
using EndpointSync.Silo.Problems;

namespace EndpointSync.Silo.WebConsole;

/// <summary>Refuses forms that do not come from a page of this console, whoever sent them.</summary>
internal sealed class FormGuard : IEndpointFilter
{
    private const string Token = "token";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return await next(context);
        }

        var token = request.HasFormContentType
            ? (await request.ReadFormAsync(context.HttpContext.RequestAborted))[Token].ToString()
            : null;
        return ConsoleCookies.IsOwnForm(request, token)
            ? await next(context)
            : ProblemTypes.InvalidRequest.Answer(
                "Nothing was done. Load the page again, and send its form.",
                title: "The form is too old, or not from this console");
    }
}

/// <summary>Reads the fields of a form that the guard let pass.</summary>
internal static class FormFields
{
    /// <summary>A field; null if it is absent or empty.</summary>
    public static string? Field(this HttpContext http, string name) =>
        http.Request.Form[name] is [{ Length: > 0 } value] ? value : null;

    /// <summary>A field as an edit takes it: an empty one empties what is stored.</summary>
    public static string Text(this HttpContext http, string name) =>
        http.Request.Form[name].ToString().ReplaceLineEndings("\n");
}
