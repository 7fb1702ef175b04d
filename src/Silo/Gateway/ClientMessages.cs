using System.Buffers;
using System.IO.Pipelines;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// The messages of one client, as they come in. Orleans' gateway believes what a message says about its sender, and
/// passes on to other silos what it says about where grains are. This reads the beginning of each message before the
/// gateway does, and ends the connection of a client that sends in another's name.
/// </summary>
internal sealed class ClientMessages(IDuplexPipe transport, ClientConnection client, ClientRefusals refusals)
    : PipeReader, IDuplexPipe
{
    private const int LengthBytes = 4;
    private const int LongestPreamble = 1024;

    private ReadOnlySequence<byte> _buffer;

    // Positions in the stream: of what the gateway has taken, and of what is checked next.
    private long _consumed;
    private long _next = -1;

    public PipeReader Input => this;

    public PipeWriter Output => transport.Output;

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = await transport.Input.ReadAsync(cancellationToken);
        Check(result.Buffer);
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        var isRead = transport.Input.TryRead(out result);
        if (isRead)
        {
            Check(result.Buffer);
        }

        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _consumed += _buffer.Slice(_buffer.Start, consumed).Length;
        _buffer = default;
        transport.Input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => transport.Input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => transport.Input.Complete(exception);

    // The gateway takes a message only when it is complete, and so never one whose beginning was not checked.
    private void Check(ReadOnlySequence<byte> buffer)
    {
        _buffer = buffer;
        var end = _consumed + buffer.Length;
        if (_next < 0)
        {
            if (buffer.Length < LengthBytes)
            {
                return;
            }

            _next = LengthBytes + PreambleLength(buffer);
        }

        while (_next < end && ClientMessage.TryRead(buffer.Slice(_next - _consumed), out var message))
        {
            if ((message.Problem ?? client.Identify(message.SenderKey!)) is { } problem)
            {
                refusals.Message(client.Peer, problem);
                throw new RefusedMessageException($"The client at {client.Peer} sent {problem}.");
            }

            _next += message.Length;
        }
    }

    private long PreambleLength(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryReadLittleEndian(out int length) && length is >= 0 and <= LongestPreamble
            ? length
            : throw new RefusedMessageException($"The client at {client.Peer} does not speak Orleans' protocol.");
    }
}
