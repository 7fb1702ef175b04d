using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// What has to be around the whole application: it notes the path of a request before anybody can rewrite it, and builds the endpoints once all of
/// them are mapped, so that one that cannot be built stops the start and not the first request.
/// </summary>
internal sealed class Outermost : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static following => http =>
        {
            ReceivedPath.Note(http.Request);
            return following(http);
        });
        next(app);
        _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
    };
}
