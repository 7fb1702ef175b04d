namespace EndpointSync.Tests.Unit.Model;

/// <summary>
/// The state machine of docs/protocol.md, explored: every state that a few steps of other writers, of time and of silos
/// can reach. <c>ENDPOINTSYNC_MODEL_DEPTH</c> asks for more steps.
/// </summary>
public sealed class ModelTests(ITestOutputHelper output)
{
    private const int QuickDepth = 3;
    private const int DepthOfFaults = 4;

    private static readonly int Depth =
        int.TryParse(Environment.GetEnvironmentVariable("ENDPOINTSYNC_MODEL_DEPTH"), out var depth)
            ? depth
            : QuickDepth;

    [Fact]
    public void No_order_of_steps_publishes_what_nobody_asked_for_serves_a_path_twice_or_forgets_anything()
    {
        var explorer = new ModelExplorer(new ModelRules());

        var broken = explorer.Search(Depth);

        output.WriteLine($"{explorer.States} states, {explorer.Transitions} steps, depth {Depth}");
        Assert.Null(broken);
        Assert.True(explorer.States > 1_000, "too few states to prove anything");
    }

    [Fact]
    public void A_failed_reaction_that_asked_for_everything_would_publish_an_edit() => AssertBreaks(
        new ModelRules(FailureAsksForEverything: true), "an edit was published that nobody asked to publish", "fails");

    [Fact]
    public void A_due_bump_that_asked_for_everything_would_publish_an_edit() => AssertBreaks(
        new ModelRules(BumpAsksForEverything: true), "an edit was published that nobody asked to publish", "crash");

    [Fact]
    public void A_touched_row_that_took_precedence_over_a_waiting_edit_would_publish_it() => AssertBreaks(
        new ModelRules(TouchedIsDue: true), "an edit was published that nobody asked to publish", "edit");

    [Fact]
    public void A_backoff_that_put_off_whole_statements_would_leave_rows_of_others_unrepaired() => AssertBreaks(
        new ModelRules(BackoffPutsOffStatements: true), "a row was not repaired at once", "one statement");

    [Fact]
    public void A_backoff_that_freed_a_path_would_serve_it_twice() => AssertBreaks(
        new ModelRules(PathsInBackoffAreFree: true), "one version answers a path by two endpoints", "backoff");

    private void AssertBreaks(ModelRules rules, string promise, string step)
    {
        var explorer = new ModelExplorer(rules);

        var broken = explorer.Search(DepthOfFaults, promise);

        output.WriteLine($"{broken} ({explorer.States} states, {explorer.Transitions} steps)");
        Assert.StartsWith(promise, broken, StringComparison.Ordinal);
        Assert.Contains(step, broken, StringComparison.Ordinal);
    }
}
