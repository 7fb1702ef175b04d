namespace EndpointSync.Client;

/// <summary>Asks the same of several, one after the other, each a little later, while those that were asked before may still answer.</summary>
internal sealed class FirstAnswer(RetryDelays delays, TimeProvider clock)
{
    /// <summary>The first answer. One that refuses is no answer while another one may give one.</summary>
    /// <param name="ask">Asks the next one; gets how many were asked before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<T> OfAsync<T>(Func<int, Task<T>> ask, CancellationToken cancellationToken)
    {
        List<Task<T>> asked = [];
        for (var before = 0; ; before++)
        {
            var question = ask(before);
            question.Ignore();
            asked.Add(question);
            if (await FirstAsync(asked, delays.Before(before), cancellationToken) is { } answer)
            {
                return await answer;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<Task<T>?> FirstAsync<T>(List<Task<T>> asked, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waited = Task.Delay(patience, clock, ended.Token);
        while (await Task.WhenAny([waited, .. asked]) is Task<T> answer)
        {
            if (answer.IsCompletedSuccessfully || asked.Count == 1)
            {
                await ended.CancelAsync();
                return answer;
            }

            asked.Remove(answer);
        }

        return null;
    }
}
