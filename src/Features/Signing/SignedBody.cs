using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace SupplyApi.Features.Signing;

/// <summary>A body has to be there whole before anybody can say whether it was signed.</summary>
internal static class SignedBody
{
    private const int PieceBytes = 16 * 1024;

    /// <summary>The bytes as they were sent, also put back for the next reader; null: they are too many.</summary>
    internal static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http, int bytesMax)
    {
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false)
            return ReadOnlyMemory<byte>.Empty;
        if (http.Request.ContentLength > bytesMax) return null;

        // It grows with what has come: who only announces much gets no memory for it.
        var bytes = new MemoryStream();
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int read; (read = await http.Request.Body.ReadAsync(piece, http.RequestAborted)) > 0;)
            {
                if (bytes.Length + read > bytesMax) return null;
                bytes.Write(piece, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        bytes.Position = 0;
        http.Request.Body = bytes;
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
