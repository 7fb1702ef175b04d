using System.Text;

namespace EndpointSync.Tools.Processes;

/// <summary>All lines that a process has written, and the waits for further lines.</summary>
internal sealed class ProcessOutput
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _waits = [];
    private bool _ended;

    public void Add(string line)
    {
        lock (_lock)
        {
            _text.AppendLine(line);
            foreach (var (_, seen) in _waits.Where(wait => line.Contains(wait.Text, StringComparison.Ordinal)))
            {
                seen.TrySetResult();
            }

            _waits.RemoveAll(wait => wait.Seen.Task.IsCompleted);
        }
    }

    /// <summary>Marks the end of the output: every open wait fails.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _waits.ForEach(wait => wait.Seen.TrySetException(Ended(wait.Text)));
            _waits.Clear();
        }
    }

    /// <summary>Completes when a line with <paramref name="text"/> is written, or at once if one already was.</summary>
    /// <exception cref="InvalidOperationException">The process ended without writing it.</exception>
    public Task WaitForAsync(string text, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_text.ToString().Contains(text, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            if (_ended)
            {
                return Task.FromException(Ended(text));
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((text, seen));
            return seen.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The last <paramref name="length"/> characters.</summary>
    public string Tail(int length)
    {
        var text = ToString();
        return text[Math.Max(0, text.Length - length)..].Trim();
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return _text.ToString();
        }
    }

    private static InvalidOperationException Ended(string text) => new($"The process ended without writing '{text}'.");
}
