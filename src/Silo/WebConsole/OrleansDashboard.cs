using EndpointSync.Silo.Access;
using Orleans.Dashboard;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Orleans' own dashboard at <c>/orleans</c>, for administrators: grains, calls and silos as Orleans sees them. It
/// measures every grain call, so a silo has it only where the settings ask for it.
/// </summary>
internal static class OrleansDashboard
{
    private const string Path = "/orleans";

    // Its script gives elements styles of their own, and its style sheet embeds images.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    public static void AddOrleansDashboard(this WebApplicationBuilder builder, HttpSettings settings)
    {
        if (settings.OrleansDashboard)
        {
            // The log is for those who may read the machine's.
            builder.UseOrleans(silo => silo.AddDashboard(options => options.HideTrace = true));
        }
    }

    public static void MapOrleansDashboard(this WebApplication app, HttpSettings settings)
    {
        if (!settings.OrleansDashboard)
        {
            return;
        }

        var pages = app.MapGroup("").ExcludeFromDescription().WithMetadata(new ConsolePage("/sign-in"))
            .RequireRoleInAllRegistries(AccessRole.Admin);
        pages.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
            return next(context);
        });
        pages.MapOrleansDashboard(Path);
    }
}
