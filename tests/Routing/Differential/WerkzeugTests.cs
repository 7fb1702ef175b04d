using System.Text.Json.Nodes;
using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>The table against Werkzeug itself, on generated rules and paths.</summary>
public sealed class WerkzeugTests(ITestOutputHelper output)
{
    private readonly Dictionary<string, int> _counts = [];

    [Fact]
    public void Generated_rules_answer_generated_requests_as_Werkzeug_does()
    {
        output.WriteLine(Seed.Words);
        using var oracle = Oracle.StartOrSkip();
        var source = new QuestionSource(Seed.Value);
        for (var round = 0; round < 400 * Seed.Factor; round++)
        {
            Compare(source.Next(), oracle);
        }

        output.WriteLine(
            string.Join(", ", _counts.OrderBy(count => count.Key).Select(count => $"{count.Value} {count.Key}")));
    }

    private void Compare(Question question, Oracle oracle)
    {
        var theirs = oracle.Ask(question.ToOracle());
        var table = question.Table();
        CompareRefusals(theirs["refused"]!.AsObject(), table, question);
        for (var index = 0; index < question.Requests.Count; index++)
        {
            CompareAnswers(
                Answer.Of(theirs["answers"]![index]!, question), Answer.Of(table, question.Requests[index]), question,
                index);
        }
    }

    private void CompareRefusals(JsonObject theirs, RouteTable table, Question question)
    {
        var ours = table.Problems.Select(problem => problem.Key).Distinct().Order(StringComparer.Ordinal);
        var refused = theirs.Select(refusal => refusal.Key).Order(StringComparer.Ordinal);
        Assert.True(
            ours.SequenceEqual(refused),
            $"{Seed.Words}: Werkzeug refuses {theirs}, the table {string.Join(' ', table.Problems)}\n"
            + Words(question));
        Count("entries refused", theirs.Count);
        Count("entries", question.Entries.Count);
    }

    private void CompareAnswers(string theirs, string ours, Question question, int index)
    {
        // Where Werkzeug raises, for values like "--3", the table does not find. Whether methods were recorded on the
        // way does not matter.
        var equal = theirs == Answer.Error ? !ours.StartsWith("Found", StringComparison.Ordinal) : theirs == ours;
        Assert.True(
            equal,
            $"{Seed.Words}: {question.Requests[index]}: Werkzeug says {theirs}, the table {ours}\n{Words(question)}");
        Count(theirs.Split(' ')[0], 1);
    }

    private void Count(string what, int number) => _counts[what] = _counts.GetValueOrDefault(what) + number;

    private static string Words(Question question) =>
        string.Join(
            '\n',
            question.Entries.Select(
                entry => $"{entry.Key} {string.Join(" | ", entry.Rules)} [{string.Join(' ', entry.Methods)}]"));
}
