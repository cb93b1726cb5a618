using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace SupplyApi.Host;

/// <summary>The contract for programs, and a page that shows it to people without asking anybody else.</summary>
internal static class ContractPage
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    // Addresses are relative, so that the page also works below a path prefix that a proxy takes off. The empty icon
    // keeps browsers from asking for /favicon.ico. The bundle would like to phone home and to offer its maker's own
    // client, agent and fonts: all of that is switched off, and the policy below forbids it besides.
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Supply API</title>
          <link rel="icon" href="data:,">
        </head>
        <body>
          <noscript>The contract is at <a href="openapi.yaml">openapi.yaml</a>.</noscript>
          <script id="api-reference" type="application/json" data-url="openapi.json" data-configuration='{
            "telemetry": false, "withDefaultFonts": false, "hideClientButton": true, "showDeveloperTools": "never",
            "agent": { "disabled": true }, "mcp": { "disabled": true }, "servers": [{ "url": "/" }]
          }'></script>
          <script src="docs/scalar.js"></script>
        </body>
        </html>

        """;

    // Styles are written by the script while it runs, hence unsafe-inline for them alone.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly byte[] PageBytes = System.Text.Encoding.UTF8.GetBytes(Page);
    private static readonly EntityTagHeaderValue PageTag = Tag(new MemoryStream(PageBytes));
    private static readonly Lazy<EntityTagHeaderValue> ScriptTag = new(() => Tag(Open("docs/scalar.js.br"), "-br"));
    private static readonly Lazy<EntityTagHeaderValue> PlainScriptTag = new(() => Tag(Open("docs/scalar.js.br")));
    private static readonly Lazy<EntityTagHeaderValue> YamlTag = new(() => Tag(Open("openapi.yaml")));
    private static readonly Lazy<EntityTagHeaderValue> JsonTag = new(() => Tag(Open("docs/openapi.json")));

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/docs", GetAndHead, GetPage).WithName("getDocsPage").AllowAnonymous();
        routes.MapMethods("/docs/scalar.js", GetAndHead, GetScript).WithName("getDocsScript").AllowAnonymous();
        routes.MapMethods("/openapi.yaml", GetAndHead, GetYaml).WithName("getOpenApiYaml").AllowAnonymous();
        routes.MapMethods("/openapi.json", GetAndHead, GetJson).WithName("getOpenApiJson").AllowAnonymous();
    }

    private static FileContentHttpResult GetPage(HttpResponse response)
    {
        Cache(response, "no-cache");
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Bytes(PageBytes, "text/html; charset=utf-8", entityTag: PageTag);
    }

    private static FileStreamHttpResult GetScript(HttpRequest request, HttpResponse response)
    {
        const string type = "text/javascript; charset=utf-8";

        Cache(response, "public, max-age=3600");
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (!TakesBrotli(request))
        {
            var plain = new BrotliStream(Open("docs/scalar.js.br"), CompressionMode.Decompress);
            return TypedResults.Stream(plain, type, entityTag: PlainScriptTag.Value);
        }

        response.Headers.ContentEncoding = "br";
        return TypedResults.Stream(Open("docs/scalar.js.br"), type, entityTag: ScriptTag.Value);
    }

    private static FileStreamHttpResult GetYaml(HttpResponse response)
    {
        Cache(response, "no-cache");
        return TypedResults.Stream(Open("openapi.yaml"), "application/yaml; charset=utf-8", entityTag: YamlTag.Value);
    }

    private static FileStreamHttpResult GetJson(HttpResponse response)
    {
        Cache(response, "no-cache");
        return TypedResults.Stream(
            Open("docs/openapi.json"), "application/json; charset=utf-8", entityTag: JsonTag.Value);
    }

    private static void Cache(HttpResponse response, string rule)
    {
        response.Headers.CacheControl = rule;
        response.Headers.XContentTypeOptions = "nosniff";
    }

    private static bool TakesBrotli(HttpRequest request)
    {
        foreach (var coding in request.GetTypedHeaders().AcceptEncoding)
        {
            if (coding.Value.Equals("br", StringComparison.OrdinalIgnoreCase))
                return coding.Quality is not 0;
        }

        return false;
    }

    private static Stream Open(string resource) =>
        typeof(ContractPage).Assembly.GetManifestResourceStream(resource)
        ?? throw new InvalidOperationException($"{resource} is not embedded");

    // FNV-1a: the tag has to differ when a byte does, on every node alike; nobody gains by forging it.
    private static EntityTagHeaderValue Tag(Stream content, string suffix = "")
    {
        var hash = 14695981039346656037UL;
        using (content)
        {
            Span<byte> some = stackalloc byte[4096];
            for (var count = content.Read(some); count > 0; count = content.Read(some))
            {
                foreach (var one in some[..count])
                    hash = (hash ^ one) * 1099511628211UL;
            }
        }

        return new EntityTagHeaderValue($"\"{hash.ToString("x16", CultureInfo.InvariantCulture)}{suffix}\"");
    }
}
