using Spectre.Console;

namespace EndpointSync.Cli.Output;

/// <summary>What standard output and standard error lead to.</summary>
internal static class Terminal
{
    private static readonly TimeSpan SilentFor = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether output goes to a terminal that can place text; NO_COLOR takes only its colours.</summary>
    public static bool ShowsTables => !Console.IsOutputRedirected && CanPlaceText;

    /// <summary>Whether a person can be asked.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    private static bool CanPlaceText =>
        Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } kind && kind != "dumb";

    private static bool HasColors => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    // Spectre is loaded only on a terminal: a script pays for nothing that it cannot see.
    public static Report Open(TextWriter output) =>
        ShowsTables ? new TerminalReport(ConsoleOf(output)) : new PlainReport(output);

    /// <summary>The same for standard error.</summary>
    public static Report OpenError(TextWriter error) =>
        !Console.IsErrorRedirected && CanPlaceText ? new TerminalReport(ConsoleOf(error)) : new PlainReport(error);

    /// <summary>A console on a writer of this terminal.</summary>
    public static IAnsiConsole ConsoleOf(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = HasColors ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.Yes,
        Out = new AnsiConsoleOutput(output),
    });

    /// <summary>
    /// Says on standard error what is being waited for, if it takes long and a person watches. Nothing of it stays.
    /// </summary>
    public static async Task<T> WaitAsync<T>(string what, Task<T> work)
    {
        if (Console.IsErrorRedirected || !CanPlaceText || await Task.WhenAny(work, Task.Delay(SilentFor)) == work)
        {
            return await work;
        }

        return await ConsoleOf(Console.Error).Status().StartAsync(what.EscapeMarkup(), _ => work);
    }
}
