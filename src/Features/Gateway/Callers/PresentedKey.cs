using Microsoft.Extensions.Primitives;
using SupplyApi.Features.Auth;
using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Gateway.Callers;

/// <summary>Where the key or token of a call stands.</summary>
internal static class PresentedKey
{
    private const string AnthropicHeader = "x-api-key";
    private const string GeminiHeader = "x-goog-api-key";

    /// <summary>
    /// OpenAI's clients send Authorization, Anthropic's x-api-key, Gemini's x-goog-api-key. Where none of these holds a
    /// key of ours, a consumer may have chosen another header, or a word before the key: a client that insists on one
    /// of the usual headers gets something else to put there.
    /// </summary>
    internal static KeyPlace Find(HttpRequest request, out ReadOnlySpan<char> key)
    {
        var headers = request.Headers;
        var isAny = BearerToken.TryRead(request, out key);
        if (IsOurs(key)) return KeyPlace.Usual;
        isAny |= TryReadWhole(headers[AnthropicHeader], out key);
        if (IsOurs(key)) return KeyPlace.Usual;
        isAny |= TryReadWhole(headers[GeminiHeader], out key);
        if (IsOurs(key)) return KeyPlace.Usual;

        foreach (var (name, values) in headers)
        {
            if (TryFindAtEnd(values, out key) && !HeaderNames.IsTaken(name)) return KeyPlace.Chosen;
        }

        return isAny ? KeyPlace.Unknown : KeyPlace.None;
    }

    private static bool IsOurs(ReadOnlySpan<char> text) => text.Length == Secrets.ApiKeyLength
        ? text.StartsWith(Secrets.ApiKeyPrefix, StringComparison.Ordinal)
            || text.StartsWith(Secrets.ConsumerKeyPrefix, StringComparison.Ordinal)
        : ConsumerToken.LooksLike(text);

    private static bool TryReadWhole(StringValues values, out ReadOnlySpan<char> key)
    {
        key = values is [{ } value] ? value.AsSpan().Trim() : default;
        return values.Count > 0;
    }

    // A consumer's keys are told by their own form.
    private static bool TryFindAtEnd(StringValues values, out ReadOnlySpan<char> key)
    {
        key = default;
        var text = values is [{ } value] ? value.AsSpan().TrimEnd() : default;
        if (text.Length < Secrets.ApiKeyLength) return false;
        text = text[^Secrets.ApiKeyLength..];
        if (text.StartsWith(Secrets.ConsumerKeyPrefix, StringComparison.Ordinal)) key = text;
        return !key.IsEmpty;
    }
}

internal enum KeyPlace
{
    None,

    /// <summary>A usual header has something, and it is nothing of ours.</summary>
    Unknown,

    /// <summary>Authorization: Bearer, x-api-key or x-goog-api-key.</summary>
    Usual,

    /// <summary>Another header, or there with a word before it: only who has chosen that may use it.</summary>
    Chosen,
}
