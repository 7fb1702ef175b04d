using System.CommandLine;
using System.Text.Json;

namespace EndpointSync.Cli;

/// <summary>One run of a command: the silo that it calls, and its output.</summary>
internal sealed class Session(ParseResult parsed, SiloApi api, CancellationToken cancellationToken)
{
    public TextWriter Output => parsed.InvocationConfiguration.Output;

    private TextWriter Error => parsed.InvocationConfiguration.Error;

    private bool Json => parsed.GetValue(CommonOptions.Json);

    /// <summary>Runs a command in a session; a failure becomes a message and an exit code.</summary>
    public static void SetAction(Command command, Func<Session, ParseResult, Task<int>> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!KeySource.TryRead(parsed.GetValue(CommonOptions.KeyFile), out var key, out var unreadable))
            {
                parsed.InvocationConfiguration.Error.WriteLine(VisibleText.Of(unreadable));
                return ExitCode.WrongUsage;
            }

            var server = parsed.GetRequiredValue(CommonOptions.Server);
            if (key is not null && server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback)
            {
                parsed.InvocationConfiguration.Error.WriteLine(VisibleText.Of(
                    $"Warning: the key goes unencrypted to {server.Authority}, and whoever is on the way can read it. "
                    + "Use a URL with https."));
            }

            using var api = new SiloApi(server, key);
            var session = new Session(parsed, api, cancellationToken);
            try
            {
                return await run(session, parsed);
            }
            catch (UnreachableException unreachable)
            {
                session.Error.WriteLine(VisibleText.Of(unreachable.Message));
                session.Error.WriteLine(
                    "Start a silo with `dotnet run --project src/Silo`, "
                    + "or give the address of a running one with --server or ENDPOINTSYNC_SERVER.");
                return ExitCode.Unreachable;
            }
            catch (JsonException unread)
            {
                session.Error.WriteLine(
                    $"The answer cannot be read ({unread.Message}). Is it the address of a silo of this version?");
                return ExitCode.Refused;
            }
        });

    public Task<ApiAnswer> AskAsync(
        HttpMethod method, string path, object? body = null, string? ifMatch = null) =>
        api.SendAsync(method, path, cancellationToken, body, ifMatch);

    /// <summary>Prints an answer or its error.</summary>
    /// <param name="answer">The API's answer.</param>
    /// <param name="print">Prints the parsed answer; not called for an error or with <c>--json</c>.</param>
    /// <returns>The exit code.</returns>
    public int Show<T>(ApiAnswer answer, Action<TextWriter, T> print)
    {
        if (!answer.IsSuccess)
        {
            return Refuse(answer);
        }

        if (Json)
        {
            Output.WriteLine(answer.Text);
        }
        else
        {
            print(Output, answer.Read<T>());
        }

        return ExitCode.Success;
    }

    /// <summary>
    /// Asks for a list page by page, and prints it as a whole; with <c>--json</c>, each page as it comes.
    /// </summary>
    /// <param name="path">The path of a page, by the first page, null for that one, and its cursor.</param>
    /// <param name="next">The cursor of the page after one; null if it is the last.</param>
    /// <param name="print">Prints all pages.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> ShowPagesAsync<T>(
        Func<T?, string?, string> path, Func<T, string?> next, Action<TextWriter, IReadOnlyList<T>> print)
        where T : class
    {
        var pages = new List<T>();
        string? cursor = null;
        do
        {
            var answer = await AskAsync(HttpMethod.Get, path(pages.FirstOrDefault(), cursor));
            if (Show<T>(answer, (_, _) => { }) is not ExitCode.Success and var refused)
            {
                return refused;
            }

            pages.Add(answer.Read<T>());
            cursor = next(pages[^1]);
        }
        while (cursor is not null);

        if (!Json)
        {
            print(Output, pages);
        }

        return ExitCode.Success;
    }

    /// <summary>Prints a confirmation for an answer without JSON, or the answer's error.</summary>
    public int Confirm(ApiAnswer answer, string done)
    {
        if (!answer.IsSuccess)
        {
            return Refuse(answer);
        }

        if (!Json)
        {
            Output.WriteLine(VisibleText.Of(done));
        }

        return ExitCode.Success;
    }

    private int Refuse(ApiAnswer answer)
    {
        if (Json)
        {
            Error.WriteLine(answer.Text);
        }
        else
        {
            foreach (var line in Problem.Describe(answer))
            {
                Error.WriteLine(VisibleText.Of(line));
            }
        }

        return ExitCode.Refused;
    }
}
