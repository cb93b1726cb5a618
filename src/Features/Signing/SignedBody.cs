using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace SupplyApi.Features.Signing;

/// <summary>
/// A body has to be there whole before anybody can say whether it was signed. Until that was said, when this is
/// disposed of, it counts among the unchecked ones.
/// </summary>
internal sealed class SignedBody(UncheckedBodies others) : IDisposable
{
    private const int PieceBytes = 16 * 1024;

    // Smaller ones are not counted: there are no more of them than connections.
    private const int SmallBytes = 64 * 1024;

    private readonly MemoryStream stream = new();
    private long counted;

    internal ReadOnlyMemory<byte> Bytes => stream.GetBuffer().AsMemory(0, (int)stream.Length);

    /// <summary>The bytes as they were sent, also put back for the next reader.</summary>
    internal static async Task<Outcome<SignedBody>> ReadAsync(HttpContext http, int bytesMax, UncheckedBodies others)
    {
        if (http.Request.ContentLength > bytesMax) return Errors.TooLarge;
        var body = new SignedBody(others);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false) return body;

        var isWhole = false;
        try
        {
            if (await body.FillAsync(http, bytesMax) is { } refusal) return refusal;
            isWhole = true;
            return body;
        }
        finally
        {
            if (!isWhole) body.Dispose();
        }
    }

    /// <summary>It was checked, or will never be.</summary>
    public void Dispose()
    {
        others.LetGo(counted);
        counted = 0;
    }

    private async Task<Refusal?> FillAsync(HttpContext http, int bytesMax)
    {
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            for (int read; (read = await http.Request.Body.ReadAsync(piece, http.RequestAborted)) > 0;)
            {
                if (stream.Length + read > bytesMax) return Errors.TooLarge;
                if (!TryMakeRoom((int)stream.Length + read, bytesMax)) return Errors.Unavailable;
                stream.Write(piece, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        stream.Position = 0;
        http.Request.Body = stream;
        return null;
    }

    // It grows with what has come: who only announces much gets no memory for it.
    private bool TryMakeRoom(int needed, int bytesMax)
    {
        if (needed <= stream.Capacity) return true;
        var capacity = Math.Min(Math.Max(needed, 2 * stream.Capacity), bytesMax);
        if (capacity > SmallBytes)
        {
            if (!others.TryHold(capacity - counted)) return false;
            counted = capacity;
        }

        stream.Capacity = capacity;
        return true;
    }
}
