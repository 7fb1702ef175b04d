using System.IO.Pipelines;

namespace EndpointSync.Tls;

/// <summary>
/// A connection that knows whether the other side ever sent anything. A side that refuses our certificate under TLS 1.3
/// ends the connection only after the handshake, without a word.
/// </summary>
internal sealed class ReceivedBytes(IDuplexPipe transport) : PipeReader, IDuplexPipe
{
    private byte _first;

    public bool Any { get; private set; }

    /// <summary>Whether the other side began a TLS handshake.</summary>
    public bool BeginWithTls => _first == TlsRecord.Handshake;

    public PipeReader Input => this;

    public PipeWriter Output => transport.Output;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Note(await transport.Input.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        var isRead = transport.Input.TryRead(out result);
        if (isRead)
        {
            Note(result);
        }

        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => transport.Input.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        transport.Input.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => transport.Input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => transport.Input.Complete(exception);

    private ReadResult Note(ReadResult result)
    {
        if (!Any && !result.Buffer.IsEmpty)
        {
            (Any, _first) = (true, result.Buffer.FirstSpan[0]);
        }

        return result;
    }
}
