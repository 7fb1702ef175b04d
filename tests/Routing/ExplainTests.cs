using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>Which rules a match tries, and why they do not answer.</summary>
public sealed class ExplainTests
{
    private const int Many = 1_000;

    [Fact]
    public void The_rules_that_match_come_in_the_order_in_which_they_are_tried()
    {
        var table = Routes.Of(
            Routes.Entry(1, "/a/<path:x>"), Routes.Entry(2, "/a/<int:x>", "GET"), Routes.Entry(3, "/a/<x>"),
            Routes.Entry(4, "/a/7", "POST"), Routes.Entry(5, "/a/7/"), Routes.Entry(6, "/b/7"));

        Assert.Equal(
            [
                "4 OtherMethod: it answers OPTIONS, POST",
                "5 Answers: it answers",
                "2 Later: /a/7/ is tried before it",
                "3 Later: /a/7/ is tried before it",
                "1 Later: /a/7/ is tried before it",
            ],
            Explain(table, "/a/7").TakeWhile(line => !line.Contains("OtherPath", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_refused_value_ends_the_search() => Assert.Equal(
        [
            "1 RefusedValue: '6' is not among the values that it takes, and no other rule is tried",
            "2 Later: /<int(max=5):x> is tried before it, and no rule after one that refuses a value",
        ],
        Explain(Routes.Of("/<int(max=5):x>", "/<x>"), "/6"));

    [Theory]
    [InlineData("/api/itms/7", "part 2 of the path is 'itms', and that of the rule 'items'")]
    [InlineData("/api/items/seven", "part 3 of the path is 'seven', and that of the rule '<int:id>'")]
    [InlineData("/api/items", "the path ends, and the rule goes on with '<int:id>'")]
    [InlineData("/api/items/7/8", "the path goes on with '8', and the rule ends before it")]
    public void The_rule_that_comes_closest_is_named_with_the_part_where_the_path_leaves_it(
        string path, string reason) =>
        Assert.Equal(
            $"2 OtherPath: {reason}",
            Explain(Routes.Of("/apx/<x>", "/api/items/<int:id>", "/other/<path:x>", "/"), path)[0]);

    [Fact]
    public void Of_many_rules_those_with_the_closest_spelling_are_named()
    {
        var table = Routes.Of([.. Enumerable.Range(0, 1_000).Select(number => $"/route{number}/x")]);

        var nearest = Explain(table, "/routes500/x");

        Assert.Equal(3, nearest.Count);
        Assert.StartsWith("501 OtherPath", nearest[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_without_a_part_and_a_table_without_rules_are_explained_too()
    {
        Assert.Empty(Explain(RouteTable.Empty, ""));
        Assert.Empty(Explain(RouteTable.Empty, "/a"));
        Assert.Equal(["1 Answers: it answers"], Explain(Routes.Of("/"), "/"));
    }

    // On the rules and paths that are compared with Werkzeug.
    [Fact]
    public void The_explanation_and_the_match_say_the_same()
    {
        var source = new QuestionSource(Seed.Value);
        var outcomes = new Dictionary<RouteOutcome, int>();
        for (var round = 0; round < 300; round++)
        {
            var question = source.Next();
            var table = question.Table();
            foreach (var request in question.Requests)
            {
                var match = table.Match(request.Path, request.Method);
                var candidates = table.Explain(request.Path, request.Method, Many);
                outcomes[match.Outcome] = outcomes.GetValueOrDefault(match.Outcome) + 1;

                var words = $"{Seed.Words}: {request}";
                var answer = candidates.SingleOrDefault(one => one.Kind == RouteCandidateKind.Answers);
                Assert.True((match.Entry?.Key, match.Rule) == (answer?.Entry.Key, answer?.Rule), words);
                if (match.Outcome == RouteOutcome.MethodNotAllowed
                    && !request.Path.Contains("//", StringComparison.Ordinal))
                {
                    Assert.True(candidates.Any(one => one.Kind == RouteCandidateKind.OtherMethod), words);
                }
            }
        }

        Assert.All(
            new[] { RouteOutcome.Found, RouteOutcome.NotFound, RouteOutcome.MethodNotAllowed },
            outcome => Assert.True(outcomes[outcome] > 100, $"{outcome}: {outcomes[outcome]}"));
    }

    private static List<string> Explain(RouteTable table, string path, string method = "GET") =>
        [.. table.Explain(path, method, Many).Select(one => $"{one.Entry.Key} {one.Kind}: {one.Reason}")];
}
