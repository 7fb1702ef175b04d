using System.CommandLine;
using System.Text.Json;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Profiles;

namespace EndpointSync.Cli;

/// <summary>One run of a command: the silo that it asks, and its output.</summary>
internal sealed class Session(
    ParseResult parsed, Connection connection, SiloApi api, CancellationToken cancellationToken)
{
    private readonly Lazy<Report> _report = new(() => Terminal.Open(parsed.InvocationConfiguration.Output));

    public Connection Connection => connection;

    public SiloApi Api => api;

    public OutputFormat Format { get; } = CommonOptions.FormatOf(parsed);

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Standard output for people.</summary>
    public Report Report => _report.Value;

    /// <summary>Standard output for programs.</summary>
    public TextWriter Output => parsed.InvocationConfiguration.Output;

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    /// <summary>Runs a command in a session; a failure becomes a message and an exit code.</summary>
    /// <param name="command">The command.</param>
    /// <param name="run">What it does; returns the exit code.</param>
    /// <param name="isList">Whether it has the outputs <c>wide</c> and <c>name</c>.</param>
    public static void SetAction(
        Command command, Func<Session, ParseResult, Task<int>> run, bool isList = false) =>
        command.SetAction((parsed, cancellationToken) => GuardAsync(
            parsed,
            async () =>
            {
                if (!isList && CommonOptions.FormatOf(parsed) is OutputFormat.Wide or OutputFormat.Name)
                {
                    throw new UsageException($"'{command.Name}' is no list: of the outputs it has json alone.");
                }

                var connection = Connection.Of(parsed);
                foreach (var warning in connection.Warnings)
                {
                    parsed.InvocationConfiguration.Error.WriteLine(VisibleText.Of(warning));
                }

                using var api = new SiloApi(connection.Server, connection.Key, connection.Authorities);
                return await run(new Session(parsed, connection, api, cancellationToken), parsed);
            },
            cancellationToken));

    /// <summary>Runs a command that asks no silo.</summary>
    public static void SetOfflineAction(Command command, Func<ParseResult, int> run) =>
        command.SetAction((parsed, cancellationToken) =>
            GuardAsync(parsed, () => Task.FromResult(run(parsed)), cancellationToken));

    private static async Task<int> GuardAsync(
        ParseResult parsed, Func<Task<int>> run, CancellationToken cancellationToken)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            return await run();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (UsageException wrong)
        {
            error.WriteLine(VisibleText.Of(wrong.Message));
            error.WriteLine(ExitCode.HelpHint);
            return ExitCode.WrongUsage;
        }
        catch (RefusedException refused)
        {
            return Refuse(error, CommonOptions.FormatOf(parsed), refused.Answer);
        }
        catch (UnreachableException unreachable)
        {
            error.WriteLine(VisibleText.Of(unreachable.Message));
            error.WriteLine(
                "Start a silo with `dotnet run --project src/Silo`, "
                + "or give the address of a running one with --server, --profile or ENDPOINTSYNC_SERVER.");
            return ExitCode.Unreachable;
        }
        catch (JsonException unread)
        {
            error.WriteLine(VisibleText.Of(
                $"The answer cannot be read ({unread.Message}). Is it the address of a silo of this version?"));
            return ExitCode.Refused;
        }
    }

    public Task<ApiAnswer> AskAsync(ApiCall call) => Terminal.WaitAsync(
        $"Waiting for {api.Server.Authority}", api.SendAsync(call, cancellationToken));

    /// <summary>Prints an answer or its error.</summary>
    /// <param name="answer">The API's answer.</param>
    /// <param name="print">Prints the parsed answer; not called for an error or with <c>-o json</c>.</param>
    /// <returns>The exit code.</returns>
    public int Show<T>(ApiAnswer answer, Action<Report, T> print)
    {
        if (!answer.IsSuccess)
        {
            return Refuse(answer);
        }

        if (Format == OutputFormat.Json)
        {
            Output.WriteLine(answer.Text);
        }
        else
        {
            print(Report, answer.Read<T>());
        }

        return ExitCode.Success;
    }

    /// <summary>Asks for a list page by page, and prints it as the user wants it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ListAsync<TPage, TItem>(ListCommand<TPage, TItem> list)
        where TPage : class
    {
        var (first, items, refused) = await ReadAllAsync(
            list.Call, list.Items, list.Next, (answer, page) => PrintPage(answer, list, page));
        if (refused is not null)
        {
            return Refuse(refused);
        }

        if (Format is OutputFormat.Table or OutputFormat.Wide)
        {
            list.Above?.Invoke(Report, first!, items);
            if (items.Count > 0 || list.Above is null)
            {
                list.Listing.Print(Report, items, Format == OutputFormat.Wide);
            }

            list.Below?.Invoke(Report, first!);
        }

        return ExitCode.Success;
    }

    /// <summary>Asks for all items of a list, page by page.</summary>
    /// <param name="call">The request of a page, by the first page, null for that one, and by its cursor.</param>
    /// <param name="items">The items of a page.</param>
    /// <param name="next">The cursor of the page after one; null if it is the last.</param>
    /// <param name="onPage">Gets each page as it comes.</param>
    /// <returns>The first page and all items; or the answer that refused.</returns>
    public async Task<(TPage? First, IReadOnlyList<TItem> Items, ApiAnswer? Refused)> ReadAllAsync<TPage, TItem>(
        Func<TPage?, string?, ApiCall> call, Func<TPage, IReadOnlyList<TItem>> items, Func<TPage, string?> next,
        Action<ApiAnswer, TPage>? onPage = null)
        where TPage : class
    {
        var all = new List<TItem>();
        TPage? first = null;
        string? cursor = null;
        do
        {
            var answer = await AskAsync(call(first, cursor));
            if (!answer.IsSuccess)
            {
                return (null, [], answer);
            }

            var page = answer.Read<TPage>();
            onPage?.Invoke(answer, page);
            first ??= page;
            cursor = next(page);
            all.AddRange(items(page));
        }
        while (cursor is not null);

        return (first, all, null);
    }

    /// <summary>Prints items that several answers brought; with <c>-o json</c> they were printed already.</summary>
    public void Print<TItem>(Listing<TItem> listing, IReadOnlyList<TItem> items)
    {
        if (Format == OutputFormat.Name)
        {
            PrintNames(listing, items);
        }
        else if (Format != OutputFormat.Json && items.Count > 0)
        {
            listing.Print(Report, items, Format == OutputFormat.Wide);
        }
    }

    /// <summary>Prints a confirmation for an answer without JSON, or the answer's error.</summary>
    public int Confirm(ApiAnswer answer, string done)
    {
        if (!answer.IsSuccess)
        {
            return Refuse(answer);
        }

        if (Format != OutputFormat.Json)
        {
            Report.Line(done);
        }

        return ExitCode.Success;
    }

    /// <summary>Prints the error that the API answered.</summary>
    public int Refuse(ApiAnswer answer) => Refuse(Error, Format, answer);

    private static int Refuse(TextWriter error, OutputFormat format, ApiAnswer answer)
    {
        if (format == OutputFormat.Json)
        {
            error.WriteLine(answer.Text);
        }
        else
        {
            foreach (var line in Problem.Describe(answer))
            {
                error.WriteLine(VisibleText.Of(line));
            }
        }

        return ExitCode.Refused;
    }

    // What programs read comes page by page; a table needs all rows for the widths of its columns.
    private void PrintPage<TPage, TItem>(ApiAnswer answer, ListCommand<TPage, TItem> list, TPage page)
        where TPage : class
    {
        if (Format == OutputFormat.Json)
        {
            Output.WriteLine(answer.Text);
        }
        else if (Format == OutputFormat.Name)
        {
            PrintNames(list.Listing, list.Items(page));
        }
    }

    private void PrintNames<TItem>(Listing<TItem> listing, IReadOnlyList<TItem> items)
    {
        foreach (var item in items)
        {
            Output.WriteLine(VisibleText.Of(listing.NameOf(item)));
        }
    }
}
