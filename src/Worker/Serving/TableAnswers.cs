namespace EndpointSync.Worker.Serving;

/// <summary>How many requests one version's table has decided, and how they ended.</summary>
internal sealed class TableAnswers
{
    private readonly long[] _counts = new long[Enum.GetValues<AnswerKind>().Length];
    private bool _hasFirst;

    public long this[AnswerKind kind] => Interlocked.Read(ref _counts[(int)kind]);

    /// <summary>Counts an answer.</summary>
    /// <returns>Whether it is the first one of this table.</returns>
    public bool Add(AnswerKind kind)
    {
        Interlocked.Increment(ref _counts[(int)kind]);
        return !Volatile.Read(ref _hasFirst) && !Interlocked.Exchange(ref _hasFirst, true);
    }
}
