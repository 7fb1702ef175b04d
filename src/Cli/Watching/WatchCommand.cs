using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Streams;
using EndpointSync.Cli.Texts;
using Spectre.Console;

namespace EndpointSync.Cli.Watching;

/// <summary><c>endpointsync watch</c>: a registry on the screen, until Ctrl-C.</summary>
internal static class WatchCommand
{
    // What is drawn goes to a screen of its own, so that the one of before comes back.
    private const string ShowScreen = "\e[?1049h\e[H";
    private const string LeaveScreen = "\e[?1049l";

    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command(
            "watch", "Shows a registry on the screen as it changes: version, who serves it, who lags, what happened.");
        registry.AddTo(command);
        Session.SetAction(command, (session, parsed) => Terminal.ShowsTables
            ? WatchAsync(session, registry.Of(parsed, session.Connection))
            : throw new UsageException("watch needs a terminal. For programs there is: endpointsync events -o json"));
        return command;
    }

    private static async Task<int> WatchAsync(Session session, string registry)
    {
        var state = await WatchedState.ReadAsync(session, registry, []);
        if (state.Refused is { } refused)
        {
            return session.Refuse(refused);
        }

        var console = Terminal.ConsoleOf(session.Output);
        using var changes = new ChangeSource(session, registry);
        var following = changes.FollowAsync();
        session.Output.Write(ShowScreen);
        try
        {
            await console.Live(WatchScreen.Of(state, console.Profile.Height)).StartAsync(async screen =>
            {
                while (true)
                {
                    state = await WatchedState.ReadAsync(session, registry, changes.Recent);
                    screen.UpdateTarget(WatchScreen.Of(state, console.Profile.Height));
                    await changes.NextAsync();
                }
            });
        }
        finally
        {
            session.Output.Write(LeaveScreen);
            await following;
        }

        return ExitCode.Success;
    }

    /// <summary>Wakes the screen when something happens; where there are no events, after a while.</summary>
    private sealed class ChangeSource(Session session, string registry) : IDisposable
    {
        private const int MostRecent = 20;

        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

        private readonly SemaphoreSlim _changed = new(0);
        private readonly LinkedList<Cell> _recent = [];

        public IReadOnlyList<Cell> Recent
        {
            get
            {
                lock (_recent)
                {
                    return [.. _recent];
                }
            }
        }

        public Task<bool> NextAsync() => _changed.WaitAsync(Interval, session.CancellationToken);

        public void Dispose() => _changed.Dispose();

        public async Task FollowAsync()
        {
            try
            {
                await foreach (var one in new EventFeed(session.Api, registry, after: null, _ => { })
                    .ReadAsync(session.CancellationToken))
                {
                    Add(one);
                }
            }
            catch (Exception end) when (end is OperationCanceledException or RefusedException or UnreachableException)
            {
                // The screen is drawn every two seconds anyway.
            }
        }

        private void Add(ServerEvent one)
        {
            if (EventText.Line(one) is { } line)
            {
                lock (_recent)
                {
                    _recent.AddFirst(line);
                    if (_recent.Count > MostRecent)
                    {
                        _recent.RemoveLast();
                    }
                }

                _changed.Release();
            }
        }
    }
}
