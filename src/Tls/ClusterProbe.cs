using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace EndpointSync.Tls;

/// <summary>
/// Tries whether this silo and a running one would accept each other, before it joins. Orleans itself would try for
/// five minutes.
/// </summary>
internal sealed class ClusterProbe(ClusterTlsOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // A silo greets whoever connects at once, but waits for the other side to begin with TLS.
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortGreetingTimeout = TimeSpan.FromMilliseconds(300);

    /// <summary>
    /// Why they would not, as the end of a sentence about the other silo; null if they would, or if the other silo does
    /// not answer at all.
    /// </summary>
    public async Task<string?> FindProblemAsync(IPEndPoint silo)
    {
        using var deadline = new CancellationTokenSource(Timeout, clock);
        try
        {
            using var client = new TcpClient(silo.AddressFamily);
            await client.ConnectAsync(silo, deadline.Token);
            await using var stream = client.GetStream();
            return options.IsConfigured
                ? await EncryptedAsync(stream, deadline.Token)
                : await PlaintextAsync(stream, deadline.Token);
        }
        catch (Exception unreachable) when (
            unreachable is IOException or SocketException or OperationCanceledException)
        {
            // Orleans decides whether a silo that does not answer is dead.
            return null;
        }
    }

    private async Task<string?> EncryptedAsync(NetworkStream stream, CancellationToken deadline)
    {
        if (await IsGreetedAsync(stream, ShortGreetingTimeout, deadline))
        {
            await UntilEndedAsync(stream, TlsRecord.HandshakeBeginning, deadline);
            return HandshakeFailure.NotTls;
        }

        var handshake = new Handshake(CertificateSet.Read(options, TlsRole.Silo, clock.GetUtcNow()));
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                handshake.Accepts(certificate, chain, TlsConnections.SiloCheck(options, clock)),
        };
        handshake.Configure(tls, options.Name, clock.GetUtcNow());
        await using var secured = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await secured.AuthenticateAsClientAsync(tls, deadline);
        }
        catch (Exception failure) when (failure is IOException or AuthenticationException)
        {
            await UntilEndedAsync(stream, default, deadline);
            return HandshakeFailure.OfOutbound(handshake.Complaint, failure);
        }

        return await IsGreetedAsync(secured, deadline)
            ? null
            : HandshakeFailure.AfterHandshake(handshake.Certificates);
    }

    // The other silo ends the connection when it has found its own reason, which its log then has. One that is ended
    // here may be ended before that, and the log says no more than that.
    private static async Task UntilEndedAsync(
        NetworkStream stream, ReadOnlyMemory<byte> last, CancellationToken deadline)
    {
        try
        {
            await stream.WriteAsync(last, deadline);
            await stream.CopyToAsync(Stream.Null, deadline);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // What was to be found out is known.
        }
    }

    private static async Task<string?> PlaintextAsync(NetworkStream stream, CancellationToken deadline)
    {
        if (await IsGreetedAsync(stream, GreetingTimeout, deadline))
        {
            return null;
        }

        // It may wait for TLS, be busy, or be frozen. Only one that waits for TLS ends the connection now.
        var buffer = new byte[8];
        await stream.WriteAsync(buffer, deadline);
        return await stream.ReadAsync(buffer, deadline) > 0 && buffer[0] != TlsRecord.Alert ? null : NeedsTls;
    }

    private static async Task<bool> IsGreetedAsync(NetworkStream stream, TimeSpan timeout, CancellationToken deadline)
    {
        using var greeting = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        greeting.CancelAfter(timeout);
        try
        {
            // Nothing is read, so that a handshake on the same connection finds everything.
            return await stream.ReadAsync(Memory<byte>.Empty, greeting.Token) == 0 && stream.DataAvailable;
        }
        catch (OperationCanceledException) when (!deadline.IsCancellationRequested)
        {
            return false;
        }
    }

    private const string NeedsTls = "it requires TLS: configure " + ClusterTlsOptions.Section
        + " here as it is configured there";

    private static async Task<bool> IsGreetedAsync(SslStream stream, CancellationToken deadline)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], deadline) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
