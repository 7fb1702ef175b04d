using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>A connection to a port of a silo by somebody who does not use our code, and so checks nothing.</summary>
// It is the silo that has to refuse.
#pragma warning disable CA5359
internal static class RawConnection
{
    private const int PreambleLimit = 1024;

    /// <summary>Does a TLS handshake and waits for the silo to greet us, or to end the connection.</summary>
    /// <returns>Whether the silo greeted us.</returns>
    public static async Task<bool> IsGreetedAsync(IPEndPoint port, X509Certificate2? certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = TestCertificates.SiloName,
                    ClientCertificates = certificate is null ? null : [certificate],
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
                },
                TestContext.Current.CancellationToken);
            return await IsAnsweredAsync(tls);
        }
        catch (Exception refused) when (
            refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }

    /// <summary>The serial number of the certificate that a silo shows.</summary>
    public static async Task<string> SerialAsync(IPEndPoint port, X509Certificate2 certificate)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = TestCertificates.SiloName,
                ClientCertificates = [certificate],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            TestContext.Current.CancellationToken);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }

    /// <summary>Sends what a silo without TLS would send.</summary>
    /// <returns>Whether the silo answered.</returns>
    public static async Task<bool> IsAnsweredInTheClearAsync(IPEndPoint port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(new byte[] { 80, 0, 0, 0, 1, 2, 3, 4 }, TestContext.Current.CancellationToken);
        try
        {
            return await IsAnsweredAsync(stream);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // A greeting begins with the length of the preamble; a TLS alert does not.
    private static async Task<bool> IsAnsweredAsync(Stream stream)
    {
        var buffer = new byte[4];
        var read = await stream.ReadAtLeastAsync(
            buffer, buffer.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        return read == buffer.Length && BitConverter.ToInt32(buffer) is > 0 and <= PreambleLimit;
    }
}
