using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Reflection;
using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Gateway;
using EndpointSync.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointSync.Tests.Unit.Silo;

/// <summary>
/// The gateway's check of what a client sends, against messages that Orleans itself writes: they show that the wire is
/// as the check reads it.
/// </summary>
public sealed class ClientMessageTests
{
    private const string Client = "sys.client/0123456789abcdef0123456789abcdef";
    private const string OtherClient = "sys.client/fedcba9876543210fedcba9876543210";
    private const int Request = 1;
    private const int Response = 2;
    private const int OneWay = 3;

    private static readonly Assembly Core = typeof(IClusterClient).Assembly;

    [Theory]
    [InlineData(Client, Request, null)]
    [InlineData(Client, OneWay, null)]
    [InlineData(Client + "+observer", Request, null)]
    [InlineData(Client, Response, "an answer, and no silo calls clients")]
    [InlineData("endpointsync.coordinator/openspp", Request, "a message in the name of somebody who is no client")]
    [InlineData("sys.svc.silo-control/127.0.0.1:1@1", OneWay, "a message in the name of somebody who is no client")]
    [InlineData(
        "sys.client/hosted-127.0.0.1:11111@1", Request, "a message in the name of somebody who is no client")]
    [InlineData(null, Request, "a message in the name of somebody who is no client")]
    public void A_client_sends_requests_in_its_own_name_only(string? sender, int direction, string? problem)
    {
        var bytes = Written(sender, direction);

        Assert.True(ClientMessage.TryRead(new ReadOnlySequence<byte>(bytes), out var message));

        Assert.Equal((bytes.Length, problem), (message.Length, message.Problem));
    }

    [Fact]
    public void A_client_does_not_say_where_grains_are() => Assert.Equal(
        "the addresses of grains, which only silos know",
        Read(Written(Client, Request, message => Invoke(
            message, "AddToCacheInvalidationHeader",
            new GrainAddress { GrainId = GrainId.Parse("a/b"), SiloAddress = SiloAddress.Zero }, null))).Problem);

    [Fact]
    public async Task Every_message_is_checked_however_the_bytes_arrive()
    {
        var forged = Written("endpointsync.coordinator/openspp", Request);
        byte[] stream =
        [
            3, 0, 0, 0, 7, 7, 7, .. Written(Client, Request), .. Written(Client, OneWay), .. forged,
        ];
        for (var step = 1; step < stream.Length; step += 7)
        {
            var (taken, refused) = await SendAsync(stream, step);

            Assert.NotNull(refused);
            Assert.InRange(taken, 0, stream.Length - forged.Length);
        }
    }

    [Fact]
    public async Task A_connection_is_that_of_one_client_and_nobody_calls_in_the_name_of_another()
    {
        var clients = new ConnectedClients(TimeProvider.System);
        var (first, second) = (Stream(Client, $"{Client}+observer", Client), Stream(Client, OtherClient));

        Assert.Null((await SendAsync(first, first.Length, clients)).Refused);
        Assert.Equal("client", clients.Find(GrainId.Parse(Client))!.Principal);
        Assert.Contains(
            "in the name of another client", (await SendAsync(second, second.Length, clients)).Refused!.Message,
            StringComparison.Ordinal);
        Assert.Null(clients.Find(GrainId.Parse(OtherClient)));

        Assert.True(clients.TryAdd(GrainId.Parse(OtherClient), new ConnectedClient("client:somebody", null)));
        var stolen = Stream(OtherClient);
        Assert.Contains(
            "in the name of another client", (await SendAsync(stolen, stolen.Length, clients)).Refused!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_who_does_not_speak_the_protocol_is_refused() =>
        Assert.NotNull((await SendAsync([.. "GET / HTTP/1.1\r\n"u8], 16)).Refused);

    private static byte[] Stream(params string[] senders) =>
        [3, 0, 0, 0, 7, 7, 7, .. senders.SelectMany(sender => Written(sender, Request))];

    // Takes what the gateway would take: the preamble, and then whole messages.
    private static async Task<(long Taken, RefusedMessageException? Refused)> SendAsync(
        byte[] stream, int step, ConnectedClients? clients = null)
    {
        var wire = new Pipe();
        using var connection = new ClientConnection(
            new IPEndPoint(IPAddress.Loopback, 1), certificate: null,
            clients ?? new ConnectedClients(TimeProvider.System));
        var messages = new ClientMessages(
            new Duplex(wire.Reader, wire.Writer), connection,
            new ClientRefusals(NullLogger<ClientRefusals>.Instance));
        var taken = 0L;
        try
        {
            for (var sent = 0; sent < stream.Length; sent += step)
            {
                await wire.Writer.WriteAsync(stream.AsMemory(sent, Math.Min(step, stream.Length - sent)));
                var buffer = (await messages.ReadAsync()).Buffer;
                var whole = Whole(buffer, isBeginning: taken == 0);
                taken += whole;
                messages.AdvanceTo(buffer.GetPosition(whole), buffer.End);
            }

            return (taken, null);
        }
        catch (RefusedMessageException refused)
        {
            return (taken, refused);
        }
    }

    private static long Whole(ReadOnlySequence<byte> buffer, bool isBeginning)
    {
        var whole = 0L;
        if (isBeginning)
        {
            if (buffer.Length < 7)
            {
                return 0;
            }

            whole = 7;
        }

        while (ClientMessage.TryRead(buffer.Slice(whole), out var message) && whole + message.Length <= buffer.Length)
        {
            whole += message.Length;
        }

        return whole;
    }

    private static ClientMessage Read(byte[] bytes)
    {
        Assert.True(ClientMessage.TryRead(new ReadOnlySequence<byte>(bytes), out var message));
        return message;
    }

    private static byte[] Written(string? sender, int direction, Action<object>? change = null)
    {
        using var host = Host.CreateEmptyApplicationBuilder(null)
            .UseOrleansClient(client => client.UseLocalhostClustering()).Build();
        var serializer = host.Services.GetRequiredService(Type("Orleans.Runtime.Messaging.MessageSerializer"));
        var message = Activator.CreateInstance(Type("Orleans.Runtime.Message"), nonPublic: true)!;
        Set(message, "Direction", Enum.ToObject(Type("Orleans.Runtime.Message+Directions"), direction));
        Set(message, "TargetGrain", GrainId.Parse("endpointsync.coordinator/openspp"));
        Set(message, "InterfaceType", GrainInterfaceType.Create("endpointsync.coordinator"));
        if (sender is not null)
        {
            Set(message, "SendingGrain", GrainId.Parse(sender));
        }

        change?.Invoke(message);
        var pipe = new Pipe();
        Invoke(serializer, "Write", pipe.Writer, message);
        pipe.Writer.Complete();
        Assert.True(pipe.Reader.TryRead(out var read));
        return read.Buffer.ToArray();
    }

    private static Type Type(string name) => Core.GetType(name, throwOnError: true)!;

    private static void Set(object target, string property, object value) => target.GetType()
        .GetProperty(property, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!
        .SetValue(target, value);

    private static void Invoke(object target, string method, params object?[] arguments) => target.GetType()
        .GetMethod(method, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)!
        .Invoke(target, arguments);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
