using EndpointSync.WebConsole.Layout;

namespace EndpointSync.Silo.WebConsole;

/// <summary>The answer to a request of the console: a page, and what the operation behind it answered.</summary>
internal sealed class Page : IResult, IStatusCodeHttpResult, IValueHttpResult
{
    private readonly Type _page;
    private readonly IDictionary<string, object> _parameters;
    private readonly IResult? _answer;
    private readonly int _status;

    private Page(Type page, IDictionary<string, object> parameters, IResult? answer, int status) =>
        (_page, _parameters, _answer, _status) = (page, parameters, answer, status);

    public int? StatusCode => (_answer as IStatusCodeHttpResult)?.StatusCode ?? _status;

    /// <summary>What the operation answered, for the audit.</summary>
    public object? Value => (_answer as IValueHttpResult)?.Value;

    /// <summary>A page that shows what was read.</summary>
    /// <param name="parameters">The page's parameters by their names.</param>
    public static Page Of<TPage>(params (string Name, object? Value)[] parameters)
        where TPage : ConsoleComponent => After<TPage>(null, parameters);

    /// <summary>A page that shows how an operation ended, with its status.</summary>
    /// <param name="answer">What the operation answered.</param>
    /// <param name="parameters">The page's parameters by their names.</param>
    public static Page After<TPage>(IResult? answer, params (string Name, object? Value)[] parameters)
        where TPage : ConsoleComponent => new(
            typeof(TPage), parameters.Where(given => given.Value is not null).ToDictionary(
                given => given.Name, given => given.Value!),
            answer, (answer as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK);

    public Task ExecuteAsync(HttpContext httpContext) =>
        httpContext.RequestServices.GetRequiredService<PageRenderer>()
            .WriteAsync(httpContext, _page, _parameters, _status);
}
