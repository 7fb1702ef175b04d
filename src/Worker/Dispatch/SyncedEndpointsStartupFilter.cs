using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Wraps the whole application. It records the path of each request before any middleware can rewrite it. It also
/// builds all endpoints once they are mapped, so that an invalid endpoint stops the start and not the first request.
/// </summary>
internal sealed class SyncedEndpointsStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static following => http =>
        {
            ReceivedPath.Record(http.Request);
            return following(http);
        });
        next(app);
        _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
    };
}
