using System.Text;
using Microsoft.AspNetCore.Connections.Features;

namespace SupplyApi.Upstream;

/// <summary>Every byte that leaves goes through here and is counted.</summary>
internal static class Sending
{
    internal static Task SendJsonAsync(this HttpContext http, string json, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        var body = Encoding.UTF8.GetBytes(json);
        http.Response.ContentLength = body.Length;
        return http.SendAsync(body);
    }

    internal static async Task SendAsync(this HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
        http.Features.Get<Call>()?.AddSent(bytes.Length);
    }

    /// <summary>Resets the connection, a moment after the last bytes so that they still arrive.</summary>
    internal static async Task CutAsync(this HttpContext http)
    {
        await Task.Delay(50, http.RequestAborted);
        if (http.Features.Get<Call>() is { } call) call.CutByUs = true;
        if (http.Features.Get<IConnectionSocketFeature>() is { } line) line.Socket.LingerState = new(true, 0);
        http.Abort();
    }
}
