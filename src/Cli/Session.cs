using System.CommandLine;
using System.Text.Json;

namespace EndpointSync.Cli;

/// <summary>One run of a command: the silo it asks, and where it prints to.</summary>
internal sealed class Session(ParseResult parsed, SiloApi api, CancellationToken cancellationToken)
{
    public TextWriter Output => parsed.InvocationConfiguration.Output;

    private TextWriter Error => parsed.InvocationConfiguration.Error;

    private bool Json => parsed.GetValue(CommonOptions.Json);

    /// <summary>Makes a command do its work in a session; what goes wrong becomes a message and an exit code.</summary>
    public static void SetAction(Command command, Func<Session, ParseResult, Task<int>> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new SiloApi(parsed.GetRequiredValue(CommonOptions.Server));
            var session = new Session(parsed, api, cancellationToken);
            try
            {
                return await run(session, parsed);
            }
            catch (UnreachableException unreachable)
            {
                session.Error.WriteLine(unreachable.Message);
                session.Error.WriteLine("Start a silo with `dotnet run --project src/Silo`, or name the address of a running one with --server or ENDPOINTSYNC_SERVER.");
                return ExitCode.Unreachable;
            }
            catch (JsonException unread)
            {
                session.Error.WriteLine($"The answer cannot be read ({unread.Message}). Is the address a silo's, and of this version?");
                return ExitCode.Refused;
            }
        });

    public Task<ApiAnswer> AskAsync(HttpMethod method, string path, EndpointEdit? edit = null, string? ifMatch = null) =>
        api.SendAsync(method, path, cancellationToken, edit, ifMatch);

    /// <summary>Prints an answer, or the error that it is.</summary>
    /// <param name="answer">The API's answer.</param>
    /// <param name="print">Prints what was read; not called for an error, nor with <c>--json</c>.</param>
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

    /// <summary>Prints that something is done which has no JSON to show, or the error that the answer is.</summary>
    public int Confirm(ApiAnswer answer, string done)
    {
        if (!answer.IsSuccess)
        {
            return Refuse(answer);
        }

        if (!Json)
        {
            Output.WriteLine(done);
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
                Error.WriteLine(line);
            }
        }

        return ExitCode.Refused;
    }
}
