using System.Net;
using System.Text.RegularExpressions;

namespace EndpointSync.Tests.WebConsole;

/// <summary>Sends the requests that a browser would, and those that it would not.</summary>
internal sealed partial class ConsoleClient : IDisposable
{
    private readonly HttpClient _http;

    public ConsoleClient(Uri address)
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        _http = new HttpClient(handler) { BaseAddress = address };
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public CookieContainer Cookies { get; } = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync("GET", path);

    public async Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Content = content;
        return await _http.SendAsync(request, Cancelled);
    }

    public async Task<string> TextAsync(string path)
    {
        using var answer = await GetAsync(path);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    /// <summary>The token that the forms of this browser have to send.</summary>
    public async Task<string> TokenAsync(string path = "/sign-in") =>
        Token().Match(await TextAsync(path)).Groups["token"].Value;

    public async Task<HttpResponseMessage> PostAsync(
        string path, string? token, params (string Name, string Value)[] fields)
    {
        var form = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToList();
        if (token is not null)
        {
            form.Add(KeyValuePair.Create("token", token));
        }

        using var content = new FormUrlEncodedContent(form);
        return await SendAsync("POST", path, content);
    }

    public async Task<HttpStatusCode> SignInAsync(string key)
    {
        using var answer = await PostAsync("/sign-in", await TokenAsync(), ("key", key), ("return", "/"));
        return answer.StatusCode;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("name=\"token\" value=\"(?<token>[0-9A-F]{64})\"")]
    private static partial Regex Token();
}
