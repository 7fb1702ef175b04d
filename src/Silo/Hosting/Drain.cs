using EndpointSync.Core;
using EndpointSync.Silo.Access;
using Microsoft.AspNetCore.Connections.Features;

namespace EndpointSync.Silo.Hosting;

/// <summary>
/// The time between a silo's order to stop and the end of its listeners. Whoever looks at its readiness has gone
/// elsewhere by then, and the connections that were kept open are closed by their last answers.
/// </summary>
internal static partial class Drain
{
    public static void AddDrain(this WebApplicationBuilder builder, HttpSettings http)
    {
        builder.Services.Configure<SiloDrainOptions>(options => options.Delay = http.DrainDelay);
        // What runs has as long as without a drain.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout += http.DrainDelay);
    }

    public static void UseDrain(this WebApplication app, HttpSettings http)
    {
        var begun = app.Services.GetRequiredService<SiloDrain>().Begun;
        if (http.DrainDelay > TimeSpan.Zero)
        {
            begun.Register(() => Begun(app.Logger, http.DrainDelay));
        }

        app.Use((context, next) =>
        {
            if (begun.IsCancellationRequested)
            {
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }

            return next(context);
        });
    }

    [LoggerMessage(
        2045, LogLevel.Information,
        "This silo stops in {Delay}: until then it is not ready, sends workers to other silos, and answers all others")]
    private static partial void Begun(ILogger logger, TimeSpan delay);
}
