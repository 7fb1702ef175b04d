using Microsoft.AspNetCore.Builder;

namespace EndpointSync.Worker.Dispatch;

/// <summary>Collects conventions until endpoints are built.</summary>
internal sealed class ConventionList : IEndpointConventionBuilder
{
    private readonly List<Action<EndpointBuilder>> _conventions = [];
    private readonly List<Action<EndpointBuilder>> _finally = [];

    /// <summary>Applies the conventions, the outermost list first.</summary>
    public static void Begin(IReadOnlyList<ConventionList> lists, EndpointBuilder builder)
    {
        foreach (var convention in lists.SelectMany(list => list._conventions))
        {
            convention(builder);
        }
    }

    /// <summary>Applies the final conventions, the outermost list last.</summary>
    public static void End(IReadOnlyList<ConventionList> lists, EndpointBuilder builder)
    {
        foreach (var final in lists.Reverse().SelectMany(list => list._finally))
        {
            final(builder);
        }
    }

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finalConvention) => _finally.Add(finalConvention);
}
