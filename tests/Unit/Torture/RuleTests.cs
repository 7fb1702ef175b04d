using EndpointSync.Tests.Torture.Checking.Rules;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using static EndpointSync.Tests.Unit.Torture.TinyHistory;

namespace EndpointSync.Tests.Unit.Torture;

/// <summary>Each rule of the torture's checker, with small histories that keep it and that break it.</summary>
public sealed class RuleTests
{
    private const string Old = "/s1/r0";
    private const string New = "/s1/r1";
    private const string OldValue = "/s1/r0 api";
    private const string NewValue = "/s1/r1 api";

    [Fact]
    public void A_version_that_names_one_table_is_right_and_one_that_names_two_is_wrong()
    {
        var rule = new VersionsRule();

        AssertRight(rule, Seen(1, 0, "a"), Seen(1, 1, "a"), Seen(2, 2, "b"));
        AssertWrong(rule, Seen(1, 0, "a"), Seen(1, 1, "b"));
        AssertWrong(rule, Seen(2, 0, "a"), Seen(1, 1, "b"));
        AssertWrong(rule, Seen(1, 0, "a") with { Computed = "c" });
    }

    [Fact]
    public void A_number_that_was_served_before_a_promotion_is_not_given_to_another_table()
    {
        var rule = new VersionsRule();
        var promotion = new Promotion(2, 5) { Start = 6, End = 7 };
        var reused = Seen(3, 8, "b") with { Timeline = 2 };

        AssertRight(rule, Seen(3, 1, "a"), promotion, reused);
        AssertRight(rule, Seen(3, 1, "a"), Answered(Old, 404, 3, 2), promotion, reused with { Hash = "a" });
        AssertWrong(rule, Seen(3, 1, "a"), Answered(Old, 404, 3, 2), promotion, reused);
    }

    [Fact]
    public void An_answer_is_that_of_its_version()
    {
        var rule = new AnswersRule();
        var seen = Seen(1, 0, "a", ("k", Old));

        AssertRight(rule, seen, Answered(Old, 200, 1, 1), Answered(New, 404, 1, 1));
        AssertWrong(rule, seen, Answered(Old, 404, 1, 1));
        AssertWrong(rule, seen, Answered(New, 200, 1, 1));
        AssertWrong(rule, seen, Answered(Old, 200, 1, 1) with { App = "another" });
        AssertWrong(rule, seen, Answered(Old, 200, 0, 1));
    }

    [Fact]
    public void An_answer_comes_from_no_version_of_the_future_and_from_none_older_than_demanded()
    {
        var rule = new AnswersRule();

        AssertRight(rule, Seen(2, 5, "a", ("k", Old)), Answered(Old, 200, 2, 4.5, min: 2));
        AssertWrong(rule, Seen(2, 5, "a", ("k", Old)), Answered(Old, 200, 2, 1));
        AssertWrong(rule, Seen(2, 5, "a", ("k", Old)), Answered(Old, 200, 2, 6, min: 3));
    }

    [Fact]
    public void A_worker_goes_back_to_no_older_version_but_requests_that_overlap_may_be_answered_in_any_order()
    {
        var rule = new AnswersRule();

        AssertRight(rule, Answered(Old, 404, 2, 0), Answered(Old, 404, 1, 0.5));
        AssertRight(rule, Answered(Old, 404, 2, 0), Answered(Old, 404, 1, 5) with { Worker = "worker-1#2" });
        AssertWrong(rule, Answered(Old, 404, 2, 0), Answered(Old, 404, 1, 5));
    }

    [Fact]
    public void A_worker_that_nothing_struck_answers_every_request()
    {
        var rule = new AvailabilityRule();

        AssertRight(rule, Answered(Old, 503, 0, 10, min: 4), Answered(Old, 404, 1, 10));
        AssertRight(rule, Answered(Old, 0, 0, 10), Struck("worker-1", 11));
        AssertWrong(rule, Answered(Old, 0, 0, 10), Struck("worker-2", 11));
        AssertWrong(rule, Answered(Old, 503, 0, 10), Struck("worker-1", 20));
    }

    [Fact]
    public void What_a_reload_has_seen_all_workers_serve_they_serve()
    {
        var rule = new ReadYourWritesRule();
        var life = new WorkerLife("worker-1#1") { Start = 1, End = 99 };
        var reload = Reloaded(7, 50, wait: "workers");

        AssertRight(rule, life, reload, Answered(Old, 404, 7, 60), Answered(Old, 404, 6, 49));
        AssertRight(rule, life with { Start = 50.5 }, reload, Answered(Old, 404, 6, 60));
        AssertRight(rule, life, reload, Answered(Old, 404, 6, 60), Struck("worker-1", 45));
        AssertRight(rule, life, reload, Answered(Old, 404, 6, 60), Struck(Fault.Links, 45));
        AssertWrong(
            rule, life, reload, Answered(Old, 404, 6, 60),
            Struck(Fault.Links, 45) with { What = FaultKinds.DelayOfWorkers });
        AssertRight(rule, life, reload with { Reached = false }, Answered(Old, 404, 6, 60));
        AssertWrong(rule, life, reload, Answered(Old, 404, 6, 60));
    }

    [Fact]
    public void An_edit_is_in_the_version_of_the_reload_that_follows_it()
    {
        var rule = new LostEditsRule();
        Entry[] edits = [Edited(1, OldValue, 0), Edited(1, NewValue, 10)];

        AssertRight(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a", ("k", New))]);
        AssertRight(rule, [.. edits, Reloaded(2, 10.5), Seen(2, 11, "a", ("k", Old))]);
        AssertRight(rule, [.. edits, Reloaded(2, 20) with { Deferred = 1 }, Seen(2, 20, "a", ("k", Old))]);
        AssertWrong(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a", ("k", Old))]);
        AssertWrong(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a")]);
    }

    [Fact]
    public void An_edit_whose_answer_was_lost_may_be_in_a_later_version_or_not()
    {
        var rule = new LostEditsRule();
        Entry[] edits = [Edited(1, OldValue, 0), Edited(1, NewValue, 10, Ending.Unknown)];

        AssertRight(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a", ("k", New))]);
        AssertRight(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a", ("k", Old))]);
        AssertWrong(rule, [.. edits, Reloaded(2, 20), Seen(2, 20, "a", ("k", "/s1/r7"))]);
    }

    [Fact]
    public void An_edit_that_a_promotion_lost_may_be_missing_after_it()
    {
        var rule = new LostEditsRule();
        Entry[] edits =
            [Edited(1, OldValue, 0), Edited(1, NewValue, 10), new Promotion(2, 9) { Start = 15, End = 16 }];
        var after = Seen(3, 20, "a", ("k", Old)) with { Timeline = 2 };

        AssertRight(rule, [.. edits, Reloaded(3, 20), after]);
        AssertWrong(rule, [.. edits, Reloaded(3, 20), after with { Table = Seen(1, 0, "").Table }]);
    }

    [Fact]
    public void An_edit_goes_live_only_after_somebody_asked()
    {
        var rule = new UnaskedRule();
        Entry[] entries =
        [
            Edited(1, OldValue, 0), Seen(1, 1, "a", ("k", Old)), Edited(1, NewValue, 10),
            Seen(2, 20, "b", ("k", New)),
        ];

        AssertRight(rule, [.. entries, Reloaded(2, 19)]);
        AssertRight(rule, [.. entries, Reloaded(1, 5, "Skipped")]);
        AssertWrong(rule, [.. entries, Reloaded(1, 5)]);
        AssertWrong(rule, [.. entries, Reloaded(1, 5, "Skipped"), Reloaded(1, 7)]);
        AssertWrong(rule, [.. entries, Reloaded(1, 25)]);
    }

    [Fact]
    public void A_slot_becomes_nothing_that_no_edit_made_it()
    {
        AssertWrong(
            new UnaskedRule(), Edited(1, OldValue, 0), Reloaded(1, 0), Seen(1, 1, "a", ("k", Old)),
            Seen(2, 20, "b", ("k", "/s1/r9")));
    }

    [Fact]
    public void A_flag_without_its_rows_and_a_write_without_the_lock_are_wrong_whenever_they_are_seen()
    {
        AssertWrong(new FlagsRule(), new FlagSeen(1, New, Old));
        AssertWrong(new OneWriterRule(), new UnlockedWriteSeen("EndpointSync/silo-1", 4711));
        var first = Seen(1, 0, "a") with { Transaction = "9" };
        AssertWrong(new OneWriterRule(), first, Seen(2, 1, "b") with { Transaction = "9" });
        AssertRight(new OneWriterRule(), first, Seen(2, 1, "b") with { Transaction = "8" });
        AssertWrong(new ConflictsRule(), new ServerMessage("could not serialize access"));
    }

    [Fact]
    public void The_counts_of_receipts_and_versions_are_those_of_the_tables()
    {
        var rule = new ReceiptsRule();
        var before = Seen(1, 0, "a", ("k", Old), ("gone", "/s2/r0"));
        var after = Seen(2, 1, "b", ("k", New), ("new", "/s3/r0"));
        var receipt = Reloaded(2, 1) with { Added = 1, Changed = 1, Removed = 1 };
        var row = after with { Transaction = "9", Added = 1, Changed = 1, Removed = 1 };

        AssertRight(rule, before, row, receipt);
        AssertWrong(rule, before, after, receipt with { Added = 2 });
        AssertWrong(rule, before, row with { Removed = 0 });
        AssertWrong(rule, before, after, receipt with { Version = 1, Previous = 2 });
        // Spoilt rows were brought back to what the version has.
        var repair = Reloaded(1, 1) with { Previous = 1 };
        AssertRight(rule, before, repair);
        AssertWrong(rule, before, repair with { Changed = 1 });
    }

    [Fact]
    public void The_audit_has_each_edit_once_and_no_other()
    {
        var rule = new AuditRule();
        var row = new AuditRow("t", "changeEndpoint", "Done", 1);

        AssertRight(rule, Edited(1, NewValue, 0, trace: "t"), row);
        AssertRight(rule, Edited(1, NewValue, 0, Ending.Unknown, "t"));
        AssertRight(rule, Edited(1, NewValue, 0, Ending.Unknown, "t"), row);
        AssertRight(rule, Edited(1, NewValue, 0, trace: "t"), row with { Outcome = "Begun" });
        AssertWrong(rule, Edited(1, NewValue, 0, trace: "t"));
        AssertWrong(rule, Edited(1, NewValue, 0, trace: "t"), row, row);
        AssertWrong(rule, row);
        AssertWrong(rule, Edited(1, NewValue, 0, Ending.Refused, "t"), row);
    }

    [Fact]
    public void A_foreign_writer_neither_fails_nor_waits_because_of_the_subject()
    {
        var rule = new ForeignWritersRule();
        var write = new ForeignTransaction("odoo-1", "form", null, 1) { Start = 0, End = 2 };
        var slow = write with { End = ForeignWritersRule.Longest + 1 };

        AssertRight(rule, write, write with { SqlState = "57P01" });
        AssertRight(rule, slow, Struck(Fault.Database, 5));
        AssertWrong(rule, write with { SqlState = "40001" });
        AssertWrong(rule, slow);
    }

    [Fact]
    public void After_the_last_fault_every_worker_serves_the_newest_version_within_the_bound()
    {
        var rule = new ConvergenceRule();
        var rest = new Rest(true, "") { Start = 0, End = 9 };
        var last = Answered(Old, 200, 2, 10) with { IsLast = true };

        AssertRight(rule, Seen(2, 0, "a", ("k", Old)), rest, last);
        AssertWrong(rule, rest with { IsReached = false });
        AssertWrong(rule, rest with { End = ConvergenceRule.Longest + 1 });
        AssertWrong(rule, Seen(2, 0, "a"), Seen(3, 1, "b"), last);
    }

    [Fact]
    public void A_violation_shows_the_entries_that_prove_it_and_no_others()
    {
        var found = AssertWrong(
            new AnswersRule(), Seen(1, 0, "a", ("k", Old)), Seen(2, 3, "b", ("k", New)), Answered(Old, 404, 1, 1),
            Answered(New, 200, 2, 5));

        Assert.Equal([1L, 1L], found.Shown.Select(entry => entry is VersionSeen seen ? seen.Version : 1));
        Assert.Contains("\"is\":\"answer\"", found.ToString(), StringComparison.Ordinal);
    }
}
