using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace SupplyApi.Features.Shared;

/// <summary>
/// How one surface says no. Chosen by path, so it also speaks for paths and methods that do not exist.
/// </summary>
internal abstract class Dialect
{
    private static readonly Dialect Problem = new ProblemDialect();
    private static readonly Dialect Platform = new PlatformDialect();
    private static readonly Dialect Supply = new SupplyDialect();
    private static readonly Dialect Consumers = new ConsumersDialect();
    private static readonly Dialect OpenApi = new OpenApiDialect();
    private static readonly Dialect OpenAi = new OpenAiDialect();
    private static readonly Dialect Anthropic = new AnthropicDialect();
    private static readonly Dialect Gemini = new GeminiDialect();

    /// <summary>The longest matching prefix wins; what matches nothing is the platform's own surface.</summary>
    private static readonly (string Prefix, Dialect Dialect)[] ByPath =
    [
        ("/api/v1/supply", Supply),
        ("/api/v1/supplier", Supply),
        ("/api/v1/consumers", Consumers),
        ("/api/v1/products", Consumers),
        ("/api/v1/intents", OpenApi),
        ("/api/v1/health", OpenApi),
        ("/v1/messages", Anthropic),
        ("/v1/models/", Gemini),
        ("/v1beta", Gemini),
        ("/v1", OpenAi),
    ];

    /// <summary>Of the one path that two protocols share, the header tells who is asking.</summary>
    internal static Dialect Of(HttpRequest request) =>
        request.Path == "/v1/models" && request.Headers.ContainsKey("anthropic-version")
            ? Anthropic
            : Of(request.Path);

    private static Dialect Of(PathString path)
    {
        foreach (var (prefix, dialect) in ByPath)
        {
            if (!path.Value!.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) continue;

            // A slash at the end asks for something behind it: /v1/models/ itself is the list.
            var rest = path.Value.AsSpan(prefix.Length);
            if (prefix[^1] == '/' ? rest.Length > 0 : rest.Length == 0 || rest[0] == '/') return dialect;
        }

        return Platform;
    }

    internal async Task WriteAsync(HttpContext http, Refusal refusal)
    {
        var wantsProblem = http.Request.Headers.Accept.Any(static one =>
            one?.Contains("application/problem+json", StringComparison.OrdinalIgnoreCase) == true);
        var (dialect, type) = wantsProblem
            ? (Problem, "application/problem+json; charset=utf-8")
            : (this, "application/json; charset=utf-8");

        var bytes = dialect.Render(refusal, http.TraceIdentifier);
        http.Response.StatusCode = refusal.Status;
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (refusal.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = new StringValues(
                Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        if (refusal.Status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = Challenge;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    internal ReadOnlyMemory<byte> Render(Refusal refusal, string requestId)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = Wire.Encoder }))
            Write(json, refusal, requestId);
        return bytes.WrittenMemory;
    }

    /// <summary>How one proves who one is on this surface.</summary>
    protected virtual string Challenge => "Bearer";

    protected abstract void Write(Utf8JsonWriter json, Refusal refusal, string requestId);

    private sealed class SupplyDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteString("request_id", requestId);
            json.WriteStartObject("error");
            json.WriteString("code", refusal.Code.ToUpperInvariant());
            json.WriteString("message", refusal.Message);
            WriteDetails(json, "details", refusal);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }

    private sealed class PlatformDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteString("error", refusal.Message);
            json.WriteString("code", refusal.Code);
            if (refusal.Field is not null) json.WriteString("field", refusal.Field);
            if (refusal.RetryAfter is { } wait)
                json.WriteNumber("retry_after", Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)));
            json.WriteString("request_id", requestId);
            json.WriteEndObject();
        }
    }

    private sealed class ConsumersDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteString("code", refusal.Code.ToUpperInvariant());
            json.WriteString("message", refusal.Message);
            json.WriteString("requestId", requestId);
            json.WriteEndObject();
        }
    }

    /// <summary>Numbers and words are the open API document's own table; what is special is in the reason.</summary>
    private sealed class OpenApiDialect : Dialect
    {
        protected override string Challenge => "HMAC-SHA256";

        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            var number = refusal.Number ?? Number(refusal.Status);
            json.WriteStartObject();
            json.WriteNumber("code", number);
            json.WriteString("message", Words(number));
            json.WriteStartObject("data");
            if (refusal.Field is not null) json.WriteString("field", refusal.Field);
            json.WriteString("reason", refusal.Message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private static int Number(int status) => status switch
        {
            401 => 40101,
            403 => 40302,
            404 or 405 => 40401,
            409 => 40902,
            415 => 40003,
            429 => 42901,
            503 => 50301,
            >= 500 => 50001,
            _ => 40001,
        };

        private static string Words(int number) => number switch
        {
            40001 => "请求参数错误",
            40002 => "必填参数缺失",
            40003 => "参数格式错误",
            40101 => "签名验证失败",
            40102 => "时间戳过期",
            40103 => "App ID 不存在",
            40301 => "IP 不在白名单",
            40302 => "权限不足",
            40401 => "资源不存在",
            40901 => "资源已存在",
            40902 => "状态冲突",
            42901 => "请求频率超限",
            50301 => "服务暂时不可用",
            _ => "服务器内部错误",
        };
    }

    /// <summary>https://platform.openai.com/docs/guides/error-codes</summary>
    private sealed class OpenAiDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message", refusal.Message);
            json.WriteString("type", Type(refusal.Status));
            if (refusal.Field is null) json.WriteNull("param");
            else json.WriteString("param", refusal.Field);
            json.WriteString("code", refusal.Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private static string Type(int status) => status switch
        {
            402 => "insufficient_quota",
            403 => "permission_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };
    }

    /// <summary>https://docs.anthropic.com/en/api/errors</summary>
    private sealed class AnthropicDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteString("type", "error");
            json.WriteStartObject("error");
            json.WriteString("type", Type(refusal.Status));
            json.WriteString("message", refusal.Message);
            json.WriteEndObject();
            json.WriteString("request_id", requestId);
            json.WriteEndObject();
        }

        private static string Type(int status) => status switch
        {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            504 => "timeout_error",
            >= 500 => "api_error",
            _ => "invalid_request_error",
        };
    }

    /// <summary>https://ai.google.dev/gemini-api/docs/troubleshooting (google.rpc.Status)</summary>
    private sealed class GeminiDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteNumber("code", refusal.Status);
            json.WriteString("message", refusal.Message);
            json.WriteString("status", Name(refusal.Status));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        private static string Name(int status) => status switch
        {
            401 => "UNAUTHENTICATED",
            402 or 403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            409 => "ABORTED",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            >= 500 => "INTERNAL",
            _ => "INVALID_ARGUMENT",
        };
    }

    /// <summary>RFC 9457.</summary>
    private sealed class ProblemDialect : Dialect
    {
        protected override void Write(Utf8JsonWriter json, Refusal refusal, string requestId)
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(refusal.Status));
            json.WriteNumber("status", refusal.Status);
            json.WriteString("detail", refusal.Message);
            json.WriteString("code", refusal.Code);
            json.WriteString("request_id", requestId);
            WriteDetails(json, "details", refusal);
            json.WriteEndObject();
        }
    }

    private static void WriteDetails(Utf8JsonWriter json, string name, Refusal refusal)
    {
        if (refusal.Details is null && refusal.Field is null) return;

        json.WriteStartObject(name);
        if (refusal.Field is not null) json.WriteString("field", refusal.Field);
        foreach (var (key, value) in refusal.Details ?? [])
        {
            json.WritePropertyName(key);
            if (value is null) json.WriteNullValue();
            else value.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
