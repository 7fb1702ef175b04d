using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>
/// Other writers, silos and readers of one registry, one statement at a time in an order that a seed decides. The clock
/// of recorded changes and repair backoffs moves only as a step of its own. The same seed gives the same run.
/// </summary>
internal sealed class RandomSchedule : IAsyncDisposable
{
    private const string StandStillSql =
        """
        create function stop_clock_of_changes() returns trigger language plpgsql as $$
        begin
          new.seen_at := 'infinity';
          return new;
        end; $$;
        create trigger stop_clock before insert on endpoint_sync.pending_changes
          for each row execute function stop_clock_of_changes();
        create function stop_clock_of_backoffs() returns trigger language plpgsql as $$
        begin
          new.until := case
            when new.until > new.repaired_at + interval '500 milliseconds' then 'infinity'::timestamptz
            else new.repaired_at end;
          return new;
        end; $$;
        create trigger stop_clock before insert or update of repairs on endpoint_sync.repair_backoffs
          for each row execute function stop_clock_of_backoffs();
        """;

    private const string MoveOnSql =
        """
        update endpoint_sync.pending_changes set seen_at = clock_timestamp() - interval '1 minute';
        update endpoint_sync.repair_backoffs set until = clock_timestamp();
        """;

    // Every row that a sync writes counts down to the row at which its backend dies.
    private const string FaultsSql =
        """
        create table fault (at bigint);
        create sequence fault_steps;
        insert into fault values (0);
        create function step_of_sync() returns trigger language plpgsql as $$
        begin
          if current_setting('endpoint_sync.syncing', true) = 'on'
            and (select at > 0 and nextval('public.fault_steps') = at from public.fault) then
            perform pg_terminate_backend(pg_backend_pid());
          end if;
          return case when tg_op = 'DELETE' then old else new end;
        end; $$;
        """;

    private static readonly string[] Written =
    [
        "endpoint_route", "fastapi_endpoint", "endpoint_sync.state", "endpoint_sync.versions", "endpoint_sync.routes",
        "endpoint_sync.quarantine",
        "endpoint_sync.pending_changes", "endpoint_sync.pending_syncs",
    ];

    private static readonly Dictionary<int, string[]> NobodyWaits = [];

    private readonly TestDatabase _database;
    private readonly Random _random;
    private readonly TestRegistry[] _silos;
    private readonly RandomScheduleSlowSilo _slow;
    private readonly Actor[] _actors;
    private readonly List<UpstreamReader> _readers = [];
    private readonly Oracle _oracle;
    private readonly List<string> _story = [];
    private IReadOnlySet<string> _servedTwice = new HashSet<string>();
    private bool _isCapturing = true;
    private string? _pinned;

    private RandomSchedule(TestDatabase database, int seed)
    {
        _database = database;
        _random = new Random(seed);
        // The schedule empties the table too.
        var options = new RegistryOptions { AllowMassRemoval = true };
        _silos =
        [
            new TestRegistry(database, silo: "silo-1", options: options),
            new TestRegistry(database, silo: "silo-2", options: options),
        ];
        _slow = new RandomScheduleSlowSilo(_silos[1]);
        _actors = [.. Enumerable.Range(0, 3).Select(number => new Actor(database, _random, number))];
        _oracle = new Oracle(database);
    }

    /// <summary>The last steps, newest last.</summary>
    public string Story => string.Join("; ", _story.TakeLast(40));

    public Task<string> DescribeAsync() => _oracle.DescribeAsync();

    public static async Task<RandomSchedule> StartAsync(TestDatabase database, int seed)
    {
        var schedule = new RandomSchedule(database, seed);
        foreach (var path in Acts.RootPaths.Keys.Take(8))
        {
            await database.AddEndpointAsync($"endpoint {path}", path);
        }

        foreach (var silo in schedule._silos)
        {
            await silo.InstallTriggersAsync().Within("the triggers");
            await silo.ReloadAsync();
            schedule._readers.Add(await UpstreamReader.StartAsync(database));
        }

        await database.ExecuteAsync(StandStillSql + FaultsSql);
        await database.ExecuteAsync(string.Concat(Written.Select(table =>
            $"create trigger step_of_sync before insert or update or delete on {table} for each row execute function "
            + "step_of_sync();")));
        return schedule;
    }

    public Task StepAsync() => _random.Next(100) switch
    {
        < 55 => WriteAsync(Any(_actors)),
        < 65 => Do("reload of everything", () => ReloadAsync(Any(_silos), ReloadScope.Everything)),
        < 77 => Do("reload of routes", () => ReloadAsync(Any(_silos), ReloadScope.Routes)),
        < 83 => Do("slow silo", StepSlowlyAsync),
        < 87 => Do("fault", FailAsync),
        < 91 => Do("reader", ServeAsync),
        < 94 => Do("pin", PinAsync),
        < 96 => Do("time", () => _database.ExecuteAsync(MoveOnSql)),
        _ => Do("triggers", SwitchCaptureAsync),
    };

    /// <summary>Lets every actor finish, reloads once, and checks that everything is in sync.</summary>
    public async Task RestAsync()
    {
        foreach (var actor in _actors)
        {
            await actor.FinishAsync();
        }

        await InstallTriggersAsync();
        await UnpinAsync();
        _story.Add("rest");
        var receipt = await _silos[0].ReloadAsync();
        Assert.True(receipt.InSync, $"{receipt.Outcome}, {receipt.Problem}");
        await _oracle.AssertAtRestAsync();
        Assert.Equal(ReloadOutcome.UpToDate, (await _silos[1].ReloadAsync()).Outcome);
        Assert.Null(await _silos[1].Status.PendingScopeAsync(CancellationToken.None));
        var routes = string.Join(
            " ", await _database.ListAsync("select split_part(route, '|', 1) from endpoint_route order by 1"));
        foreach (var reader in _readers)
        {
            Assert.Equal(routes, await reader.ServeAsync());
        }

        await AssertNothingIsFoundAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var each in _actors.Cast<IAsyncDisposable>().Concat(_readers).Concat(_silos))
        {
            await each.DisposeAsync();
        }
    }

    private Task Do(string what, Func<Task> step)
    {
        _story.Add(what);
        return step();
    }

    private async Task WriteAsync(Actor actor)
    {
        await actor.StepAsync();
        _story.Add(actor.Last);
    }

    private T Any<T>(T[] all) => all[_random.Next(all.Length)];

    private ReloadScope AnyScope() => _random.Next(2) == 0 ? ReloadScope.Everything : ReloadScope.Routes;

    private async Task ReloadAsync(TestRegistry silo, ReloadScope scope)
    {
        var waiting = scope == ReloadScope.Routes ? await _oracle.WaitingAsync() : NobodyWaits;
        var others = await _oracle.OthersRowsAsync();
        var receipt = await silo.ReloadAsync(scope);
        _story[^1] += $" {receipt.Outcome} v{receipt.Version}";
        Assert.NotEqual(ReloadOutcome.Failed, receipt.Outcome);
        Assert.Equal(others, await _oracle.OthersRowsAsync());
        await _oracle.AssertNothingIsPublishedAsync(waiting);
        if (_pinned is { } table)
        {
            Assert.Equal((ReloadOutcome.Pinned, table), (Pinned(receipt), await _oracle.ServedAsync()));
            return;
        }

        await AssertNoPathIsServedTwiceAsync(receipt);
        await _oracle.AssertNothingIsForgottenAsync();
        if (scope == ReloadScope.Everything && receipt.InSync)
        {
            await _oracle.AssertInSyncAsync();
        }
    }

    // A busy lock says nothing of the pin.
    private static ReloadOutcome Pinned(ReloadReceipt receipt) =>
        receipt.LockWasBusy ? ReloadOutcome.Pinned : receipt.Outcome;

    // To any version, or back from it: both may find the lock busy.
    private async Task PinAsync()
    {
        if (_pinned is not null && _random.Next(2) == 0)
        {
            await UnpinAsync();
            return;
        }

        var newest = await _database.ScalarAsync<long>("select version from endpoint_sync.state");
        var to = _random.NextInt64(Math.Max(1, newest - 8), newest + 1);
        var table = await _oracle.ServedAsync(to);
        var others = await _oracle.OthersRowsAsync();
        var result = await Any(_silos).Attempts.RunUntilDeadlineAsync(new PinRequest(
            Guid.NewGuid(), new RouteVersion(newest), new RouteVersion(to), "schedule", "a step"));
        _story[^1] += $" to {to} of {newest}: {result.Receipt.Outcome}";
        Assert.Equal(others, await _oracle.OthersRowsAsync());
        if (!result.Receipt.LockWasBusy)
        {
            Assert.Equal((PinRefusal.None, table), (result.Refusal, await _oracle.ServedAsync()));
            _pinned = table;
        }
    }

    private async Task UnpinAsync()
    {
        if (_pinned is null)
        {
            return;
        }

        var newest = await _database.ScalarAsync<long>("select version from endpoint_sync.state");
        _pinned = null;
        var result = await Any(_silos).Attempts.RunUntilDeadlineAsync(new PinRequest(
            Guid.NewGuid(), new RouteVersion(newest), To: null, "schedule", ""));
        _story.Add($"unpin {result.Receipt.Outcome} v{result.Receipt.Version}");
        Assert.Equal(PinRefusal.None, result.Refusal);
        await _oracle.AssertNothingIsForgottenAsync();
        // An old table may have a path twice, as long as another session has a row open.
        _servedTwice = await _oracle.ServedTwiceAsync();
        if (result.Receipt.InSync)
        {
            await _oracle.AssertInSyncAsync();
        }
    }

    private async Task StepSlowlyAsync()
    {
        var waiting = _slow.Scope == ReloadScope.Routes ? await _oracle.WaitingAsync() : NobodyWaits;
        var receipt = await _slow.StepAsync(AnyScope());
        await _oracle.AssertNothingIsPublishedAsync(waiting);
        if (_pinned is { } table)
        {
            Assert.Equal(table, await _oracle.ServedAsync());
        }
        else if (receipt is not null)
        {
            await AssertNoPathIsServedTwiceAsync(receipt);
        }
    }

    // A row that another session has open can put a path into the version twice, until a later sync may write it.
    private async Task AssertNoPathIsServedTwiceAsync(ReloadReceipt receipt)
    {
        var servedTwice = await _oracle.ServedTwiceAsync();
        if (receipt.EndpointsDeferred == 0)
        {
            Assert.Empty(servedTwice.Except(_servedTwice));
        }

        _servedTwice = servedTwice;
    }

    private async Task FailAsync()
    {
        await _database.ExecuteAsync($"update fault set at = nextval('fault_steps') + {_random.Next(1, 25)}");
        try
        {
            var result = await _silos[0].Session.RunAsync(
                new ReloadRequest(Scope: AnyScope()), rollout: null, CancellationToken.None);
            if (_pinned is null)
            {
                await AssertNoPathIsServedTwiceAsync(result.Receipt);
            }
        }
        catch (NpgsqlException) when (_pinned is null)
        {
            await _oracle.AssertNothingIsForgottenAsync();
        }
        catch (NpgsqlException)
        {
            Assert.Equal(_pinned, await _oracle.ServedAsync());
        }

        await _database.ExecuteAsync("update fault set at = 0");
    }

    // While nothing is captured, a reader may see a change that is undone before any check. No silo can know of it.
    private Task ServeAsync() =>
        _isCapturing ? _readers[_random.Next(_readers.Count)].ServeAsync() : Task.CompletedTask;

    private async Task SwitchCaptureAsync()
    {
        if (!_isCapturing)
        {
            await InstallTriggersAsync();
            return;
        }

        var table = _random.Next(2) == 0 ? "endpoint_route" : "fastapi_endpoint";
        var operation = _random.Next(3) switch { 0 => "insert", 1 => "update", _ => "delete" };
        var off = _random.Next(2) == 0
            ? $"drop trigger endpoint_sync_{operation} on {table}"
            : $"alter table {table} disable trigger endpoint_sync_{operation}";
        _isCapturing = !await TryAsync(off);
    }

    private async Task InstallTriggersAsync() =>
        _isCapturing = _isCapturing || await TryAsync("select endpoint_sync.install_triggers('public')");

    // An actor that has the table open does nothing until its next turn.
    private async Task<bool> TryAsync(string sql)
    {
        try
        {
            await _database.ExecuteAsync($"set lock_timeout = '20ms'; {sql}; reset lock_timeout");
            return true;
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    // While a repair backoff is open, a full check records every endpoint that it does not find in sync.
    private async Task AssertNothingIsFoundAsync()
    {
        await _database.ExecuteAsync(MoveOnSql);
        await _silos[0].Capture.CheckAllAsync(CancellationToken.None);
        Assert.Equal(ReloadOutcome.UpToDate, (await _silos[0].ReloadAsync(ReloadScope.Routes)).Outcome);
        Assert.Empty(await _database.ListAsync("select operation from endpoint_sync.pending_changes"));
    }
}
