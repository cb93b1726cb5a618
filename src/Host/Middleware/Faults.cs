using System.Net.Sockets;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Host.Middleware;

/// <summary>
/// Whatever was thrown becomes one refusal in the surface's own dialect; only bugs are logged as errors.
/// </summary>
internal static partial class Faults
{
    internal static async Task RunAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone: there is nobody to tell.
        }
        catch (Exception error)
        {
            var refusal = Explain(error);
            if (refusal.Status == StatusCodes.Status500InternalServerError) Bug(logger, error, http.TraceIdentifier);
            else if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
                Outage(logger, http.TraceIdentifier, error.Message);

            if (http.Response.HasStarted)
            {
                http.Abort(); // A cut answer must look cut, not finished.
                return;
            }

            http.Response.Clear();
            http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
            await refusal.ExecuteAsync(http);
        }
    }

    private static Refusal Explain(Exception error) => error switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Errors.TooLarge,
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            Errors.UnsupportedMediaType,
        BadHttpRequestException { InnerException: JsonException json } => Explain(json),
        // There is no body, or null for one: of another form than what is expected.
        BadHttpRequestException =>
            Errors.Malformed("The request is malformed or a parameter has the wrong type.") with { Number = 40003 },
        // PostgreSQL's text cannot hold NUL, JSON's can.
        PostgresException { SqlState: "22021" or "22P05" } => Errors.Malformed("Text must not hold the NUL character."),
        PostgresException { SqlState: "57014" or "57P01" or "57P02" or "57P03" or "53300" or "40P01" or "55P03" } =>
            Errors.Unavailable,
        PostgresException => Errors.Internal,
        NpgsqlException or SocketException or TimeoutException => Errors.Unavailable,
        _ => Errors.Internal,
    };

    // The framework's own messages name our types; what helps the caller is where, and which fields.
    private static Refusal Explain(JsonException error)
    {
        const string missing = "missing required properties including: ";
        var at = error.Message.IndexOf(missing, StringComparison.Ordinal);
        if (at >= 0)
            return Errors.Malformed($"The body lacks {error.Message[(at + missing.Length)..].TrimEnd('.')}.") with
            {
                Number = 40002,
            };
        if (error.Path is null or "$")
            return Errors.Malformed("The body is not the JSON object that is expected.") with { Number = 40003 };
        var path = Given.PathOf(error)!.TrimStart('$', '.');
        return Errors.Format(path, $"'{path}' is unknown or has the wrong type.");
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} met a bug")]
    private static partial void Bug(ILogger logger, Exception error, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} could not be served: {Reason}")]
    private static partial void Outage(ILogger logger, string requestId, string reason);
}
