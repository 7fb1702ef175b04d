using EndpointSync.Silo.Access;
using EndpointSync.Silo.Idempotency;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace EndpointSync.Silo.Api;

/// <summary>
/// Describes the API as OpenAPI at <c>/openapi/v1.json</c>. It needs a key like everything else. The text is the same
/// on every silo, so that its copy in docs/reference shows each change of the API.
/// </summary>
internal static class ApiDocument
{
    private const string Bearer = "bearer";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddSchemaTransformer((schema, context, _) => DescribeAsync(schema, context));
        options.AddOperationTransformer((operation, _, _) => OrderAnswersAsync(operation));
        options.AddOperationTransformer((operation, context, _) => NameRoleAsync(operation, context));
        options.AddOperationTransformer((operation, context, _) => NameKeyAsync(operation, context));
        options.AddDocumentTransformer((document, _, _) => DescribeAsync(document));
    });

    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        // Only what comes in may have no unknown names. Answers get new ones, and problems have some of their own.
        if (context.ParameterDescription is null)
        {
            schema.AdditionalPropertiesAllowed = true;
        }

        // Its converter writes a number, which its properties do not show.
        if (context.JsonTypeInfo.Type == typeof(RouteVersion))
        {
            schema.Type = JsonSchemaType.Integer;
            schema.Format = "int64";
        }

        return Task.CompletedTask;
    }

    // Success first, whatever named the answers.
    private static Task OrderAnswersAsync(OpenApiOperation operation)
    {
        var answers = operation.Responses!.OrderBy(answer => answer.Key, StringComparer.Ordinal).ToList();
        operation.Responses!.Clear();
        foreach (var (status, answer) in answers)
        {
            operation.Responses.Add(status, answer);
        }

        return Task.CompletedTask;
    }

    private static Task NameRoleAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var required = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredRole>().LastOrDefault();
        operation.Description = required is null
            ? "For nobody."
            : $"For the role {required.Role}{(required.WholeCluster ? " in all registries" : "")}.";
        return Task.CompletedTask;
    }

    private static Task NameKeyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotentOperation>().Any())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = IdempotentOperation.Header,
                In = ParameterLocation.Header,
                Description = "Chosen by the caller, 1 to 255 visible characters of ASCII. A repetition with the same "
                    + "key gets the first answer again, for 24 hours",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "EndpointSync",
            Version = "v1",
            Description =
                "Reloads registries, shows their state, edits their endpoints, and gives workers their routes.",
        };
        // Otherwise the address that this request came to.
        document.Servers = [];
        RemoveHead(document);
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = Bearer,
            Description = "A key, or a token of the configured issuer. Needed as soon as either is configured; "
                + "without them, only the silo's machine is answered.",
        });
        document.Security =
            [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
        return Task.CompletedTask;
    }

    // HEAD is GET without the body, and would have its name.
    private static void RemoveHead(OpenApiDocument document)
    {
        foreach (var path in document.Paths.Values)
        {
            path.Operations?.Remove(HttpMethod.Head);
        }
    }
}
