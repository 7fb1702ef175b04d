using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Testing;

/// <summary>Stops and starts a private PostgreSQL that stays in use by its owner.</summary>
public sealed class ServerControl
{
    private readonly PrivatePostgres _server;
    private readonly ServerAccount _account;
    private readonly ServerPrograms _programs;

    private ServerControl(PrivatePostgres server, ServerAccount account, ServerPrograms programs) =>
        (_server, _account, _programs) = (server, account, programs);

    internal ServerAccount Account => _account;

    internal string Data => Path.Combine(_server.Directory, "data");

    public static async Task<ServerControl> OfAsync(PrivatePostgres server) => new(
        server,
        await ServerAccount.ForThisProcessAsync(CancellationToken.None),
        await ServerPrograms.ChooseAsync(
            ServerSearch.OfThisMachine(), dataVersion: null, server.Directory, CancellationToken.None));

    /// <summary>Stops the server: <c>fast</c> ends its sessions in order, <c>immediate</c> is a crash.</summary>
    public Task StopAsync(string mode) => ControlAsync(Data, "stop", "-m", mode);

    public Task StartAgainAsync() => ControlAsync(Data, "start", "-l", _server.LogFile);

    internal Task ControlAsync(string data, params string[] command) => RunAsync(Control(data, command));

    // If the output of the program were read, the server would inherit its pipes and keep them open.
    internal string[] Control(string data, params string[] command) =>
        [
            "sh", "-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh",
            .. _account.Command([_programs.PgCtl, "-D", data, "-s", "-w", .. command])];

    internal static async Task RunAsync(params string[] command)
    {
        var result = await CommandLine.RunAsync(command, "/", CancellationToken.None);
        Assert.True(result.Succeeded, $"{string.Join(' ', command)}: {result.Output}");
    }
}
